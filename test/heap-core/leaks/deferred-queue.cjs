// Requests whose answers never come: what adds to the queue is a method whose closures see no variable of the program.
class Client {
  constructor() {
    this.pending = new Map();
    this.sent = 0;
  }
  send(message) {
    return new Promise((resolve, reject) => {
      this.pending.set(++this.sent, { resolve, reject, message });
    });
  }
}
const client = new Client();
async function call(i) {
  return await client.send({ method: `method ${i}`, params: [i, i] });
}
for (let i = 0; i < 8000; i++) call(i);
setTimeout(() => process.abort(), 10);
