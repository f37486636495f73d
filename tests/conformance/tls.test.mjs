// TLS at the edge: handshakes that succeed and that do not, certificates that change, and the
// client protocol over it.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';

import { RawClient } from './raw_client.mjs';
import { API_KEY, DEFAULT_CONFIG, ServerProcess, eventually, free_port, reload, with_changes,
  within } from './server_process.mjs';

const run_file = promisify(execFile);
const HANDSHAKE_MS_MAX = 10_000;
const MACHINE_MS = 5_000;  // what a slow machine may add

/** Makes NAME-cert.pem and NAME-key.pem in the folder. */
async function make_certificate(folder, name, ...key_options) {
  const cert = path.join(folder, `${name}-cert.pem`);
  const key = path.join(folder, `${name}-key.pem`);
  const options = key_options.length > 0 ? key_options
    : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  await run_file('openssl', ['req', '-x509', ...options, '-nodes', '-days', '1',
    '-keyout', key, '-out', cert, '-subj', `/CN=${name}.example`,
    '-addext', 'subjectAltName=IP:127.0.0.1']);
  return { cert_pem_file: cert, key_pem_file: key, ca: await readFile(cert) };
}

let folder;
let one;
let two;
let server;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'troupe-tls-'));
  one = await make_certificate(folder, 'one');
  two = await make_certificate(folder, 'two');
  server = await start(one);
});
after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a server whose tls section is `section`; does not wait for anything. */
async function spawn_server(section, changes = {}) {
  const own = await mkdtemp(path.join(tmpdir(), 'troupe-conformance-'));
  const { cert_pem_file, key_pem_file } = section;
  const config = with_changes(with_changes(DEFAULT_CONFIG, changes), {
    http_server: { tls: { enabled: true, cert_pem_file, key_pem_file } },
    storage: { path: path.join(own, 'data') },
  });
  const config_file = path.join(own, 'config.json');
  await writeFile(config_file, JSON.stringify(config));
  const port = await free_port();
  const child = spawn(process.env.TROUPE_BINARY,
    ['serve', '--config', config_file, '--port', String(port)],
    { cwd: own, stdio: ['ignore', 'pipe', 'pipe'] });
  const made = new ServerProcess(child, port, own);
  made.url = `https://127.0.0.1:${port}`;
  made.websocket_url = `wss://127.0.0.1:${port}/connection/websocket`;
  return Object.assign(made, { config, config_file });
}

async function start(section, changes = {}) {
  const made = await spawn_server(section, changes);
  await eventually(() => made.has_exited || made.output.includes('is listening on https://'),
    'start', 30_000);
  assert.ok(!made.has_exited, made.output);
  return made;
}

async function server_with(t, section, changes) {
  const made = await start(section, changes);
  t.after(() => made.stop());
  return made;
}

function request(options, body = undefined) {
  return within(new Promise((resolve, reject) => {
    const sent = https.request({ host: '127.0.0.1', port: server.port, ca: one.ca, ...options },
      async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode, text, socket: response.socket });
      });
    sent.on('error', reject);
    sent.end(body);
  }), 'answer');
}

/** Shakes hands; the socket, or the error. */
async function shake_hands(options = {}) {
  const socket = tls.connect({ host: '127.0.0.1', port: server.port, ca: one.ca, ...options });
  const error = await within(new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(null));
    socket.on('error', resolve);
  }), 'handshake');
  return { socket, error };
}

test('the client protocol runs over wss, with pushes of any size in order', async (t) => {
  const ada = await RawClient.connect(server, 'ada', { ca: one.ca });
  const bob = await RawClient.connect(server, 'bob', { ca: one.ca });
  t.after(() => { ada.socket.terminate(); bob.socket.terminate(); });
  await bob.call(2, { subscribe: { channel: 'chat:tls' } });
  const sizes = [1, 100, 16_000, 16_384, 40_000, 60_000];
  for (const [index, size] of sizes.entries()) {
    await ada.call(10 + index, { publish: { channel: 'chat:tls', data: 'x'.repeat(size) } });
  }
  for (const size of sizes) assert.equal((await bob.push('pub')).pub.data.length, size);
});

test('requests share a connection, and bodies of a megabyte pass', async (t) => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const first = await request({ path: '/health/live', agent });
  assert.equal(first.status, 200);
  const headers = { 'X-API-Key': API_KEY };
  const commands = Array.from({ length: 15 },
    (_, i) => ({ publish: { channel: 'chat:bulk', data: `${i}`.repeat(30_000) } }));
  for (const { publish } of commands) {
    const { status, text, socket } = await request(
      { method: 'POST', path: '/api/publish', agent, headers }, JSON.stringify(publish));
    assert.equal(status, 200, text);
    assert.equal(socket, first.socket);
  }
  const history = await request({ method: 'POST', path: '/api/history', agent, headers },
    JSON.stringify({ channel: 'chat:bulk', limit: -1 }));
  assert.equal(JSON.parse(history.text).result.publications.length, 15);
  assert.ok(history.text.length > 600_000);
});

test('TLS 1.2 and 1.3 are spoken with http/1.1, and nothing older', async (t) => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const { socket, error } = await shake_hands({ minVersion: version, maxVersion: version,
      ALPNProtocols: ['h2', 'http/1.1'] });
    t.after(() => socket.destroy());
    assert.equal(error, null);
    assert.equal(socket.getProtocol(), version);
    assert.equal(socket.alpnProtocol, 'http/1.1');
  }
  const old = await shake_hands({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0' });
  assert.match(String(old.error), /alert protocol version|unsupported protocol|version/i);
  const other = await shake_hands({ ALPNProtocols: ['h2'] });
  assert.match(String(other.error), /no application protocol/i);
  const weak = await shake_hands({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' });
  assert.match(String(weak.error), /handshake failure/i);
});

test('openssl verifies the certificate and gets an answer', async () => {
  const client = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${server.port}`, '-CAfile',
    one.cert_pem_file, '-verify_return_error', '-verify_ip', '127.0.0.1', '-ign_eof'],
  { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  client.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
  client.stdin.write('GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  const [code] = await within(once(client, 'close'), 'end of openssl');
  assert.equal(code, 0, said);
  assert.match(said, /Verify return code: 0 \(ok\)/);
  assert.match(said, /HTTP\/1\.1 200 OK/);
  assert.match(said, /closed\s*$/);  // by the end of TLS, not by that of the connection alone
});

test('who speaks plain HTTP is told so', async () => {
  const response = await fetch(`http://127.0.0.1:${server.port}/health/live`);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /this port speaks TLS/);
});

async function raw(bytes) {
  const socket = net.connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  if (bytes.length > 0) socket.write(bytes);
  socket.resume();
  return { socket, closed };
}

/** The first flight of a client, as it goes over the wire. */
async function client_hello() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = tls.connect({ port: listener.address().port, host: '127.0.0.1' });
  client.on('error', () => {});
  const [peer] = await once(listener, 'connection');
  const [bytes] = await once(peer, 'data');
  client.destroy();
  peer.destroy();
  listener.close();
  return bytes;
}

test('garbage ends its connection and disturbs nobody', async (t) => {
  const witness = await RawClient.connect(server, 'witness', { ca: one.ca });
  t.after(() => witness.socket.terminate());
  const hello = await client_hello();
  const flipped = Buffer.from(hello);
  for (let i = 5; i < flipped.length; i += 7) flipped[i] ^= 0x55;
  const cases = [Buffer.alloc(4096, 0xff),
    Buffer.from('\x16\x03\x01\xff\xff'.repeat(100), 'latin1'),
    Buffer.from([0x16, 3, 1, 0, 0]), flipped, Buffer.concat([hello, hello, hello]),
    Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), Buffer.alloc(100, 0)];
  for (const bytes of cases) {
    const { closed } = await raw(bytes);
    await within(closed, `end after ${bytes.subarray(0, 16).toString('hex')}`,
      HANDSHAKE_MS_MAX + MACHINE_MS);
  }
  assert.deepEqual(await witness.call(2, { publish: { channel: 'plain:x', data: 1 } }),
    { publish: {} });
});

test('a handshake that does not come to its end is given up after ten seconds', async () => {
  const hello = await client_hello();
  const began = Date.now();
  const stuck = await Promise.all([raw(Buffer.alloc(0)), raw(hello.subarray(0, 50)), raw(hello)]);
  // One that drips a byte now and then gets no more time.
  const dripping = await raw(Buffer.alloc(0));
  let at = 0;
  const drip = setInterval(() => { dripping.socket.write(hello.subarray(at, ++at)); }, 500);
  await within(Promise.all([...stuck, dripping].map(({ closed }) => closed)), 'end',
    HANDSHAKE_MS_MAX + MACHINE_MS);
  clearInterval(drip);
  assert.ok(Date.now() - began >= HANDSHAKE_MS_MAX - 1000);
});

test('a client that does not read is disconnected, and the others do not wait for it',
  async (t) => {
    const small = await server_with(t, one, { client: { queue_max_size: 65_536 } });
    const slow = await RawClient.connect(small, 'slow', { ca: one.ca });
    const quick = await RawClient.connect(small, 'quick', { ca: one.ca });
    t.after(() => quick.socket.terminate());
    for (const each of [slow, quick]) await each.call(2, { subscribe: { channel: 'plain:x' } });
    slow.socket.pause();
    const data = 'x'.repeat(60_000);
    const agent = new https.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    for (let i = 0; i < 400 && !/slow/.test(small.output); ++i) {
      const { status } = await request({ method: 'POST', path: '/api/publish', agent,
        port: small.port, headers: { 'X-API-Key': API_KEY } },
      JSON.stringify({ channel: 'plain:x', data }));
      assert.equal(status, 200);
      await quick.push('pub');
    }
    slow.socket.resume();
    const { code } = await within(slow.closed, 'end of the slow client');
    assert.ok([1006, 3008, 3009].includes(code), `closed with ${code}`);
  });

async function name_presented(port, ca) {
  const { socket, error } = await shake_hands({ port, ca });
  assert.equal(error, null);
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

test('SIGHUP presents a new certificate to new connections, and old ones go on', async (t) => {
  const cert_pem_file = path.join(folder, 'live-cert.pem');
  const key_pem_file = path.join(folder, 'live-key.pem');
  const install = async (from) => {
    await writeFile(cert_pem_file, await readFile(from.cert_pem_file));
    await writeFile(key_pem_file, await readFile(from.key_pem_file));
  };
  await install(one);
  const live = await server_with(t, { cert_pem_file, key_pem_file });
  const early = await RawClient.connect(live, 'early', { ca: one.ca });
  t.after(() => early.socket.terminate());
  assert.equal(await name_presented(live.port, one.ca), 'one.example');

  await install(two);
  assert.equal(await name_presented(live.port, one.ca), 'one.example', 'not before SIGHUP');
  assert.match(await reload(live), /reloaded/);
  assert.equal(await name_presented(live.port, two.ca), 'two.example');
  assert.deepEqual(await early.call(2, { publish: { channel: 'plain:x', data: 1 } }),
    { publish: {} });

  // What is broken is refused, with all that came with it.
  await writeFile(cert_pem_file, 'not a certificate');
  const refused = await reload(live, { http_server: live.config.http_server,
    http_api: { key: 'a-key-that-must-not-take-effect' } });
  assert.match(refused, /error reload refused reason=".*live-cert\.pem.*no certificate/);
  await writeFile(cert_pem_file, one.ca);
  assert.match(await reload(live), /reload refused reason=".*does not belong to the certificate/);
  await rm(key_pem_file);
  assert.match(await reload(live), /reload refused reason=".*live-key\.pem/);
  assert.equal(await name_presented(live.port, two.ca), 'two.example');
  const { status } = await request({ method: 'POST', path: '/api/info', port: live.port, ca: two.ca,
    headers: { 'X-API-Key': API_KEY } }, '{}');
  assert.equal(status, 200);
});

test('what is wrong with the files is said at the start, in one line', async () => {
  const garbage = path.join(folder, 'garbage.pem');
  await writeFile(garbage, 'garbage');
  const cases = [
    [{ ...one, cert_pem_file: path.join(folder, 'none.pem') }, /error: .*none\.pem/],
    [{ ...one, cert_pem_file: garbage }, /error: .*garbage\.pem.*no certificate/],
    [{ ...one, key_pem_file: garbage }, /error: .*garbage\.pem.*no private key/],
    [{ ...one, key_pem_file: two.key_pem_file }, /error: .*does not belong to the certificate/],
    [{ ...one, key_pem_file: '' }, /error: http_server\.tls\.key_pem_file is empty/],
    [{ ...one, cert_pem_file: '' }, /error: http_server\.tls\.cert_pem_file is empty/],
  ];
  for (const [section, wanted] of cases) {
    const refused = await spawn_server(section);
    assert.deepEqual(await refused.exit(), { code: 1, signal: null });
    assert.match(refused.output, wanted);
    await rm(refused.folder, { recursive: true, force: true });
  }
});

test('RSA certificates, and PEM in the configuration itself', async (t) => {
  const rsa = await make_certificate(folder, 'rsa', '-newkey', 'rsa:2048');
  const made = await spawn_server({}, { http_server: { tls: {
    cert_pem: rsa.ca.toString(),
    key_pem: (await readFile(rsa.key_pem_file)).toString('base64'),
  } } });
  t.after(() => made.stop());
  await eventually(() => made.output.includes('is listening on https://'), 'start', 30_000);
  assert.equal(await name_presented(made.port, rsa.ca), 'rsa.example');
});

test('the internal listener speaks TLS too, unless it is for the public one alone', async (t) => {
  for (const tls_external of [false, true]) {
    const internal_port = await free_port();
    await server_with(t, one, { http_server: { address: '0.0.0.0', internal_port, tls_external } });
    const plain = await fetch(`http://127.0.0.1:${internal_port}/health`);
    assert.equal(plain.status, tls_external ? 200 : 400);
    if (!tls_external) {
      assert.equal((await request({ path: '/health', port: internal_port })).status, 200);
    }
  }
});

test('a server that drains says its end over TLS', async () => {
  const draining = await start(one);
  const client = await RawClient.connect(draining, 'ada', { ca: one.ca });
  draining.signal('SIGTERM');
  await client.expect_close(3001, 'shutdown');
  assert.deepEqual(await draining.exit(), { code: 0, signal: null });
  await rm(draining.folder, { recursive: true, force: true });
});
