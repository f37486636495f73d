// Below the protocol: the upgrade and its refusals, frames that break RFC 6455, size limits.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { RawClient, refused_status } from './raw_client.mjs';
import { eventually, server_for, start_server, token, within } from './server_process.mjs';

const MESSAGE_BYTES_MAX = 65_536;
const TEXT = 0x1;
const BINARY = 0x2;
const CONTINUATION = 0x0;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const FIN = 0x80;

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

/** A frame of at most 125 bytes; `first` is its first byte: FIN, reserved bits, opcode. */
function frame(first, payload, { masked = true } = {}) {
  const body = Buffer.from(payload);
  assert.ok(body.length <= 125);
  if (!masked) return Buffer.concat([Buffer.from([first, body.length]), body]);
  const mask = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([Buffer.from([first, 0x80 | body.length]), mask,
    body.map((byte, index) => byte ^ mask[index % 4])]);
}

/** A TCP connection after the upgrade, as bytes. */
async function upgraded(t) {
  const socket = net.connect(server.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});  // a reset shows in the missing close frame
  const state = { socket, received: Buffer.alloc(0) };
  state.ended = new Promise((resolve) => socket.on('close', resolve));
  let announce = () => {};
  socket.on('data', (chunk) => {
    state.received = Buffer.concat([state.received, chunk]);
    announce();
  });
  state.until = (enough, what) => within(new Promise((resolve) => {
    announce = () => { if (enough(state.received)) resolve(state.received); };
    announce();
  }), what);
  await once(socket, 'connect');
  socket.write('GET /connection/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n'
    + 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
    + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
  const answer = await state.until((bytes) => bytes.includes('\r\n\r\n'), 'answer to the upgrade');
  const head_bytes = answer.indexOf('\r\n\r\n') + 4;
  state.head = answer.subarray(0, head_bytes).toString();
  state.received = answer.subarray(head_bytes);
  return state;
}

async function expect_close_frame(connection, code, what) {
  const bytes = await connection.until((received) => received.length >= 4, `close frame: ${what}`);
  assert.equal(bytes[0], FIN | CLOSE, `${what}: a close frame, not ${bytes.toString('hex')}`);
  assert.equal(bytes[1] & 0x80, 0, 'a server does not mask');
  assert.equal(bytes.readUInt16BE(2), code, what);
}

test('the upgrade answers 101 with the accept key of RFC 6455', async (t) => {
  const { head } = await upgraded(t);
  assert.match(head, /^HTTP\/1\.1 101 /);
  assert.match(head, /\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
  assert.doesNotMatch(head, /sec-websocket-protocol/i);
});

test('an offered JSON subprotocol is echoed', async (t) => {
  const client = await RawClient.open(server, { protocols: ['centrifuge-json'] });
  t.after(() => client.socket.terminate());
  assert.equal(client.socket.protocol, 'centrifuge-json');
});

const close_payload = (code) => Buffer.from([code >> 8, code & 0xff]);
const BROKEN_FRAMES = {
  'an unmasked frame': frame(FIN | TEXT, '{}', { masked: false }),
  'reserved bit 1': frame(FIN | 0x40 | TEXT, '{}'),
  'reserved bit 2': frame(FIN | 0x20 | TEXT, '{}'),
  'reserved bit 3': frame(FIN | 0x10 | TEXT, '{}'),
  'a reserved opcode': frame(FIN | 0x3, '{}'),
  'a reserved control opcode': frame(FIN | 0xb, ''),
  'a fragmented ping': frame(PING, ''),
  'a continuation of nothing': frame(FIN | CONTINUATION, '{}'),
  'a text frame within a fragmented message':
    Buffer.concat([frame(TEXT, '{"id"'), frame(FIN | TEXT, '{}')]),
  'a ping of 126 bytes': Buffer.from([FIN | PING, 0x80 | 126, 0, 126, 1, 2, 3, 4]),
  'a length with its highest bit set':
    Buffer.from([FIN | TEXT, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4]),
  'a close frame of one byte': frame(FIN | CLOSE, [3]),
  'a close code that must not be sent': frame(FIN | CLOSE, close_payload(1005)),
};
for (const [what, bytes] of Object.entries(BROKEN_FRAMES)) {
  test(`${what} is 1002`, async (t) => {
    const connection = await upgraded(t);
    connection.socket.write(bytes);
    await expect_close_frame(connection, 1002, what);
    await within(connection.ended, 'end of the connection');
  });
}

test('text that is not UTF-8 is 1007, also when the fault spans two frames', async (t) => {
  for (const bytes of [frame(FIN | TEXT, [0x22, 0xff, 0x22]),
    frame(FIN | TEXT, [0x22, 0xed, 0xa0, 0x80, 0x22]),
    Buffer.concat([frame(TEXT, [0x22, 0xc3]), frame(FIN | CONTINUATION, [0x22])])]) {
    const connection = await upgraded(t);
    connection.socket.write(bytes);
    await expect_close_frame(connection, 1007, bytes.toString('hex'));
  }
});

test('a ping is answered by a pong with its payload', async (t) => {
  const connection = await upgraded(t);
  connection.socket.write(frame(FIN | PING, 'are you there'));
  const expected = Buffer.concat([Buffer.from([FIN | PONG, 13]), Buffer.from('are you there')]);
  const received = await connection.until((bytes) => bytes.length >= expected.length, 'pong');
  assert.deepEqual(received, expected);
});

test('a close frame is answered by one with its code', async (t) => {
  const connection = await upgraded(t);
  connection.socket.write(frame(FIN | CLOSE, close_payload(1000)));
  await expect_close_frame(connection, 1000, 'answer to close');
});

test('a command may come in fragments, byte by byte, with a ping in between', async (t) => {
  const connection = await upgraded(t);
  const command = JSON.stringify({ id: 1, connect: { token: token({ sub: 'ada' }) } });
  const parts = command.match(/.{1,100}/g);
  const frames = parts.map((part, index) => frame(
    (index === parts.length - 1 ? FIN : 0) | (index === 0 ? TEXT : CONTINUATION), part));
  frames.splice(1, 0, frame(FIN | PING, 'x'));
  connection.socket.setNoDelay(true);
  for (const byte of Buffer.concat(frames)) connection.socket.write(Buffer.from([byte]));
  const received = await connection.until((bytes) => bytes.includes('"connect":{'), 'reply');
  assert.deepEqual(received.subarray(0, 3), Buffer.concat([Buffer.from([FIN | PONG, 1]),
    Buffer.from('x')]));
});

/** A connect command of exactly that many bytes. */
function connect_command_of(bytes) {
  const command = JSON.stringify({ id: 1, connect: { token: token({ sub: 'ada' }), data: '' } });
  return command.replace('"data":""', `"data":"${'x'.repeat(bytes - command.length)}"`);
}

test('a message of 65536 bytes is taken and one byte more is 1009', async (t) => {
  const fits = await RawClient.open(server);
  t.after(() => fits.socket.terminate());
  fits.send(connect_command_of(MESSAGE_BYTES_MAX));
  assert.ok((await fits.reply(1)).connect);
  const too_big = await RawClient.open(server);
  too_big.send(connect_command_of(MESSAGE_BYTES_MAX + 1));
  await too_big.expect_close(1009, 'an oversize message');
});

test('a message that grows too big in fragments is 1009 too', async (t) => {
  const client = await RawClient.open(server);
  t.after(() => client.socket.terminate());
  const half = Buffer.alloc(MESSAGE_BYTES_MAX / 2 + 1, 'x');
  client.socket.send(half, { fin: false, binary: false });
  client.socket.send(half, { fin: true, binary: false });
  await client.expect_close(1009, 'an oversize fragmented message');
});

test('a declared length over the limit is refused before its bytes come', async (t) => {
  const connection = await upgraded(t);
  connection.socket.write(
    Buffer.from([FIN | BINARY, 0x80 | 127, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]));
  await expect_close_frame(connection, 1009, 'a declared length over the limit');
});

test('an origin that is not on the list is 403', async (t) => {
  const strict = await server_for(t,
    { client: { allowed_origins: ['https://app.example.org', 'https://www.example.net'] } });
  for (const [origin, status] of [
    ['https://app.example.org', 101], ['https://www.example.net', 101], [undefined, 101],
    ['https://evil.example.com', 403], ['https://app.example.org.evil.example.com', 403],
    ['http://app.example.org', 403], ['null', 403],
  ]) {
    assert.equal(await refused_status(strict, { origin }), status, `origin ${origin}`);
  }
});

test('without a list only the page of the server itself may connect', async () => {
  for (const [origin, status] of [[server.url, 101], ['https://evil.example.com', 403],
    [`http://127.0.0.1:${server.port + 1}`, 403]]) {
    assert.equal(await refused_status(server, { origin }), status, `origin ${origin}`);
  }
});

test('a connection over the limit is 503 until another one ends', async (t) => {
  const small = await server_for(t, { client: { connection_limit: 2 } });
  const first = await RawClient.open(small);
  const second = await RawClient.connect(small);
  t.after(() => second.socket.terminate());
  assert.equal(await refused_status(small), 503);
  assert.deepEqual(await second.call(2, { publish: { channel: 'plain:x', data: {} } }),
    { publish: {} });
  await first.close();
  await eventually(async () => await refused_status(small) === 101, 'room for another connection');
});

test('a request that is no upgrade, or one to another version, is refused', async () => {
  for (const [path, status] of [['/connection/websocket', [400, 426]], ['/nowhere', [404]]]) {
    const response = await fetch(server.url + path);
    await response.arrayBuffer();
    assert.ok(status.includes(response.status), `${path}: ${response.status}`);
  }
  assert.equal(await refused_status(server, { protocolVersion: 8 }), 426);
});

test('one broken connection disturbs no other', async (t) => {
  const witness = await RawClient.connect(server, 'witness');
  t.after(() => witness.socket.terminate());
  await witness.call(2, { subscribe: { channel: 'chat:undisturbed' } });
  for (let round = 0; round < 20; ++round) {
    for (const bytes of Object.values(BROKEN_FRAMES)) {
      const { socket } = await upgraded(t);
      socket.end(bytes);
      socket.destroySoon();
    }
  }
  await server.api('publish', { channel: 'chat:undisturbed', data: { n: 1 } });
  assert.deepEqual((await witness.push('pub')).pub.data, { n: 1 });
});
