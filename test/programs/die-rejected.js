// A rejected promise that nobody handles; two async functions were waiting for it.
class AppError extends Error {
  constructor(message) {
    super(message);
    this.code = 'E_APP';
  }
}
async function fetchUser(id) {
  await null;
  throw new AppError(`no user ${id}`);
}
async function handler(request) {
  const user = await fetchUser(request.id);
  return user;
}
handler({ id: 7 });
