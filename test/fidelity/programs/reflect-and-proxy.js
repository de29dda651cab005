// Reflect and the traps of a Proxy.
const handler = {
  get(target, name, receiver) {
    const known = Reflect.has(target, name);
    if (name === 'missing') throw new ReferenceError(`no ${name}, known: ${known}`);
    return Reflect.get(target, name, receiver);
  },
  apply(target, self, args) {
    return Reflect.apply(target, self, [...args, 'added']);
  },
};
const record = new Proxy({ present: 1 }, handler);
const callable = new Proxy(function show(...parts) {
  const first = parts[0];
  return record[first];
}, handler);

callable('missing', 2);
