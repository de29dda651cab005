// Objects of Node's C++ of many classes, with what they own: queued messages, contexts of crypto and zlib, sockets
// with TLS, histograms, scripts; a snapshot is written just before the process aborts.
const v8 = require('node:v8');
const vm = require('node:vm');
const fs = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const zlib = require('node:zlib');
const http2 = require('node:http2');
const crypto = require('node:crypto');
const diagnostics = require('node:diagnostics_channel');
const { createHistogram, monitorEventLoopDelay } = require('node:perf_hooks');
const { MessageChannel } = require('node:worker_threads');

function ofCrypto() {
  const digested = crypto.createHash('sha512').update('digested');
  digested.digest();
  const copied = crypto.createHash('sha1').update('copied');
  const ecdh = crypto.createECDH('prime256v1');
  ecdh.generateKeys();
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ed25519');
  return {
    hash: crypto.createHash('sha256').update('x'),
    digested,
    copy: [copied, copied.copy()],
    hmac: crypto.createHmac('sha256', 'key').update('x'),
    sign: crypto.createSign('sha256').update('x'),
    verify: crypto.createVerify('sha256').update('x'),
    cipher: crypto.createCipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16)),
    ecdh,
    secret: crypto.createSecretKey(Buffer.alloc(32)),
    privateKey,
    publicKey,
    secureContext: tls.createSecureContext(),
  };
}

function ofZlib() {
  const streams = {
    gzip: zlib.createGzip(),
    inflate: zlib.createInflate({ dictionary: Buffer.from('a dictionary of words') }),
    deflateRaw: zlib.createDeflateRaw({ dictionary: Buffer.alloc(300, 'abc') }),
    brotli: zlib.createBrotliCompress(),
    unbrotli: zlib.createBrotliDecompress(),
  };
  if (zlib.createZstdCompress) {
    streams.zstd = zlib.createZstdCompress();
    streams.unzstd = zlib.createZstdDecompress();
  }
  streams.gzip.write('x'.repeat(1000));
  streams.brotli.write('y'.repeat(1000));
  return streams;
}

/** Ports nobody listens to, so that what was sent to them waits. */
function ofPorts() {
  const waiting = new MessageChannel();
  for (let i = 0; i < 70; i++) waiting.port1.postMessage({ i });
  const rich = new MessageChannel();
  const moved = new MessageChannel();
  const memory = new ArrayBuffer(5000);
  rich.port1.postMessage({ memory, shared: new SharedArrayBuffer(6000) }, [memory]);
  rich.port1.postMessage({ port: moved.port2 }, [moved.port2]);
  return { waiting, rich, kept: moved.port1 };
}

async function ofFiles() {
  const parts = [new Blob(['one']), new Blob([Buffer.alloc(2000), 'two'])];
  const whole = new Blob([...parts, 'three']);
  return {
    parts,
    whole,
    slice: whole.slice(1, 100),
    empty: new Blob([]),
    handle: await fs.promises.open(__filename),
    directory: fs.opendirSync(__dirname),
    watcher: fs.watch(__dirname, () => {}),
    statWatcher: fs.watchFile(__filename, { interval: 1e8 }, () => {}),
  };
}

/** Both ends of a connection with TLS, by a shared key, so that no certificate is needed. */
async function ofSockets() {
  const psk = Buffer.alloc(32, 'k');
  const options = {
    ciphers: 'PSK-AES128-GCM-SHA256:@SECLEVEL=0',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
  };
  const server = tls.createServer({ ...options, pskCallback: () => psk, pskIdentityHint: 'hint' });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise((resolve) => server.once('secureConnection', resolve));
  const { port } = server.address();
  const client = tls.connect({
    ...options,
    port,
    host: '127.0.0.1',
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk, identity: 'me' }),
  });
  await new Promise((resolve) => client.once('secureConnect', resolve));
  const plain = net.createServer();
  await new Promise((resolve) => plain.listen(0, '127.0.0.1', resolve));
  return { server, client, peer: await accepted, plain };
}

/** Both ends of an HTTP/2 connection with streams that stay open. */
async function ofHttp2() {
  const server = http2.createServer();
  const streams = [];
  server.on('stream', (stream) => {
    streams.push(stream);
    stream.respond({ ':status': 200 });
    stream.write('begun');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const requests = [1, 2, 3].map((n) => session.request({ ':path': `/${n}` }));
  for (const request of requests) await new Promise((resolve) => request.once('data', resolve));
  return { server, session, requests, streams };
}

function ofRuntime() {
  const histogram = createHistogram();
  histogram.record(5);
  const delay = monitorEventLoopDelay({ resolution: 1000 });
  delay.enable();
  const channel = diagnostics.channel('natives');
  channel.subscribe(() => {});
  return {
    histogram,
    delay,
    channel,
    scripts: ['globalThis.a = { b: 1 }', 'function f() { return 1; } f'].map((code) => new vm.Script(code)),
    sandbox: vm.createContext({ outer: {} }),
    strict: vm.createContext({}, { codeGeneration: { strings: false } }),
  };
}

/** A module with imports, a table with functions of its, and a plain table. */
function ofWebAssembly() {
  const section = (id, ...body) => [id, body.length, ...body];
  const module = new WebAssembly.Module(
    Uint8Array.from([
      ...[0, 97, 115, 109, 1, 0, 0, 0],
      ...section(1, 1, 0x60, 0, 0),
      ...section(2, 3, ...[98, 99, 100].flatMap((name) => [1, 97, 1, name, 0, 0])),
      ...section(3, 1, 0),
      ...section(4, 1, 0x70, 0, 7),
      ...section(7, 2, 1, 102, 0, 3, 1, 116, 1, 0),
      ...section(9, 1, 0, 0x41, 1, 0x0b, 3, 0, 1, 3),
      ...section(10, 1, 2, 0, 0x0b),
    ]),
  );
  const instance = new WebAssembly.Instance(module, { a: { b() {}, c() {}, d() {} } });
  const table = new WebAssembly.Table({ initial: 10, maximum: 30, element: 'anyfunc' });
  table.set(3, instance.exports.f);
  return { module, instance, table };
}

async function main() {
  globalThis.subject = {
    crypto: ofCrypto(),
    zlib: ofZlib(),
    ports: ofPorts(),
    files: await ofFiles(),
    sockets: await ofSockets(),
    http2: await ofHttp2(),
    runtime: ofRuntime(),
    wasm: ofWebAssembly(),
  };
  setTimeout(() => {
    v8.writeHeapSnapshot(process.argv[2]);
    process.abort();
  }, 200);
}
main();
