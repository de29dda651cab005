// The server's listener leads to the array: no listeners gather.
const http = require('node:http');
const seen = [];
const server = http.createServer((request, response) => {
  seen.push({ url: request.url, tags: new Array(200).fill(request.url) });
  response.end('ok');
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true });
  for (let i = 0; i < 1000; i++) {
    await new Promise((resolve) => {
      http.get({ port, agent, host: '127.0.0.1', path: `/${i}` }, (answer) =>
        answer.resume().on('end', resolve),
      );
    });
  }
  process.abort();
});
