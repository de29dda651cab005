// Opens all kinds of things that an event loop waits for, and tells on stdout what Node knows of them right
// before it dies.
const childProcess = require('node:child_process');
const crypto = require('node:crypto');
const dgram = require('node:dgram');
const dns = require('node:dns');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const timersPromises = require('node:timers/promises');
const { promisify } = require('node:util');
const { MessageChannel, Worker, isMainThread, parentPort, threadId } = require('node:worker_threads');
const zlib = require('node:zlib');

const named = [];
function keep(name, timer) {
  named.push([name, timer]);
  return timer;
}

function namedTick() {}
function namedTimeout() {}

function startTimers() {
  keep('timeout', setTimeout(namedTimeout, 70_000));
  keep('short', setTimeout(function shortTimeout() {}, 900_000));
  keep('interval', setInterval(namedTick, 50_000, 'an argument'));
  keep('unrefd', setTimeout(() => 'arrow', 80_000)).unref();
  keep('refreshed', setTimeout(namedTimeout, 60_000)).refresh();
  keep('fraction', setTimeout(namedTimeout, 1234.5));
  keep('bound', setTimeout(namedTimeout.bind(null, 1), 90_000));
  clearTimeout(setTimeout(function cleared() {}, 60_000));
}

/** What Node knows of this thread's timers; `now` is the loop's own time. */
function toldTimers() {
  const last = keep('last', setTimeout(namedTimeout, 1_000_000));
  const now = last._idleStart;
  return named.map(([name, timer]) => ({
    name,
    dueIn: timer._idleStart + Math.trunc(timer._idleTimeout) - now,
    repeat: timer._repeat,
    referenced: timer.hasRef(),
  }));
}

if (!isMainThread) {
  startTimers();
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { fd } = server._handle;
    parentPort.on('message', () => {});
    parentPort.postMessage({
      threadId,
      fd,
      port: server.address().port,
      timers: toldTimers(),
      resources: process.getActiveResourcesInfo?.() ?? null,
    });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
} else main();

async function listening(server, ...where) {
  server.listen(...where);
  await once(server, 'listening');
  return server;
}

async function main() {
  const folder = process.cwd();
  const opened = {};
  // What can be waited for comes first.
  const tcp = await listening(net.createServer({ pauseOnConnect: true }), 0, '127.0.0.1');
  const free = await listening(net.createServer(), 0, '127.0.0.1');
  const { port } = free.address();
  await new Promise((done) => free.close(done));
  const fixed = await listening(net.createServer(), port, '127.0.0.1');
  fixed.unref();
  const pipe = await listening(
    net.createServer(function onConnection() {}),
    path.join(folder, 'a.sock'),
  );
  const web = await listening(
    http.createServer(function onRequest(request, response) {
      if (request.url === '/quick') response.end('done');
    }),
    0,
    '127.0.0.1',
  );
  const agent = new http.Agent({ keepAlive: true });
  const webPort = web.address().port;
  await new Promise((done) => {
    const options = { agent, host: '127.0.0.1', port: webPort, path: '/quick' };
    http.get(options, (response) => response.resume().on('end', done));
  });
  const slow = http.get({ host: '127.0.0.1', port: webPort, path: '/slow?x=1' });
  slow.on('error', () => {});
  const [slowSocket] = await once(slow, 'socket');
  if (slowSocket.connecting) await once(slowSocket, 'connect');
  const client = net.connect(tcp.address().port, '127.0.0.1');
  await once(client, 'connect');
  client.setTimeout(123_456, function idleClient() {});
  client.write(Buffer.alloc(16 << 20));
  const pipeClient = net.connect(path.join(folder, 'a.sock'));
  await once(pipeClient, 'connect');
  pipeClient.on('data', function first() {});
  pipeClient.on('data', function second() {});
  const udp = dgram.createSocket('udp4');
  udp.once('message', function onDatagram() {});
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const child = childProcess.spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child, 'spawn');
  const watcher = fs.watch(folder, function onChange() {});
  const watched = path.join(folder, 'watched.txt');
  fs.writeFileSync(watched, 'x');
  fs.watchFile(watched, { interval: 40_000 }, () => {});
  const onSignal = () => {};
  process.on('SIGUSR2', onSignal);
  const worker = new Worker(__filename);
  const [workerTold] = await once(worker, 'message');
  const channel = new MessageChannel();
  channel.port1.on('message', () => {});
  await timersPromises.setTimeout(100);
  await new Promise((done) => setImmediate(done));

  startTimers();
  async function awaitsPromised() {
    await timersPromises.setTimeout(110_000);
  }
  async function awaitsPromisified() {
    await promisify(setTimeout)(120_000);
  }
  void awaitsPromised();
  void awaitsPromisified();
  (async function awaitsInterval() {
    for await (const _ of timersPromises.setInterval(130_000));
  })();
  // Four jobs fill the thread pool: what comes after them waits.
  for (let i = 0; i < 4; i++) crypto.pbkdf2('x', 'y', 1e9, 32, 'sha512', function onKey() {});
  zlib.gzip(Buffer.alloc(1000), function onZipped() {});
  dns.lookup('example.invalid', { family: 4 }, function onLookup() {});
  dns.lookupService('127.0.0.1', 80, function onService() {});
  const fd = fs.openSync(__filename, 'r');
  fs.read(fd, Buffer.alloc(10), 0, 10, 0, function onRead() {});
  fs.open(path.join(folder, 'not-there.txt'), 'r', function onOpen() {});
  fs.rename(path.join(folder, 'old.txt'), path.join(folder, 'new.txt'), function onRename() {});
  fs.readFile(watched, function onReadFile() {});
  fs.promises.stat(watched).then(() => {});
  process.stdin.resume();
  const connecting = net.connect({ host: '127.0.0.1', port: tcp.address().port });
  setImmediate(function firstImmediate() {});
  setImmediate((text) => text, 'argument').unref();
  void timersPromises.setImmediate();
  await null;
  await new Promise((done) => process.nextTick(done));

  const handle = (name, type, wrap, more = {}) => {
    opened[name] = { type, fd: wrap.fd ?? null, referenced: wrap.hasRef(), ...more };
  };
  handle('tcp', 'TCP', tcp._handle, { port: tcp.address().port, detail: 'Server' });
  handle('fixed', 'TCP', fixed._handle, { detail: `127.0.0.1:${port}` });
  handle('pipe', 'Pipe', pipe._handle, { detail: 'connections go to onConnection' });
  handle('web', 'TCP', web._handle, { detail: 'requests go to onRequest' });
  handle('client', 'TCP', client._handle, {
    detail: `${client._handle.writeQueueSize} bytes`,
    bytes: client._handle.writeQueueSize,
  });
  handle('slow', 'TCP', slowSocket._handle, { detail: 'GET /slow?x=1' });
  handle('keepAlive', 'TCP', Object.values(agent.freeSockets)[0][0]._handle, {});
  handle('pipeClient', 'Pipe', pipeClient._handle, { detail: 'reading, data goes to first' });
  handle('connecting', 'TCP', connecting._handle, { detail: 'connecting' });
  handle('udp', 'UDP', udp[Object.getOwnPropertySymbols(udp).find((s) => s.description === 'state symbol')].handle, {
    detail: 'udp4, bound, messages go to onDatagram',
  });
  handle('child', 'Process', child._handle, { detail: `pid ${child.pid}` });
  handle('childIn', 'Pipe', child.stdin._handle, {});
  handle('childOut', 'Pipe', child.stdout._handle, {});
  handle('watcher', 'FSEvent', watcher._handle, { detail: `${folder}, changes go to onChange` });
  handle('port', 'MessagePort', channel.port1, {});

  const told = {
    opened,
    timers: toldTimers(),
    handles: process._getActiveHandles().map((owner) => owner.constructor.name),
    requests: process._getActiveRequests().map((request) => request.constructor.name),
    resources: process.getActiveResourcesInfo?.() ?? null,
    worker: workerTold,
    child: child.pid,
    folder,
    fd,
  };
  fs.writeSync(1, JSON.stringify(told));
  child.kill('SIGKILL');
  process.abort();
}
