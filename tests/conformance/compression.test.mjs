// permessage-deflate with a client that is not ours (ws), in both directions.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RawClient } from './raw_client.mjs';
import { server_for } from './server_process.mjs';

const COMPRESSING = { perMessageDeflate: { threshold: 0 } };
const LARGE = 'the same words again and again, '.repeat(1000);
const INFLATED_BYTES_MAX = 10 * 65536;

const subscribe = (client) => client.call(2, { subscribe: { channel: 'chat:room' } });

test('messages are compressed for the client that offers it, and for no other', async (t) => {
  const server = await server_for(t, { websocket: { compression: true } });
  const small = await RawClient.connect(server, 'ada', COMPRESSING);
  const plain = await RawClient.connect(server, 'bob');
  assert.equal(small.socket.extensions, 'permessage-deflate');
  assert.equal(plain.socket.extensions, '');
  await subscribe(small);
  await subscribe(plain);
  const read_before = small.socket._socket.bytesRead;
  small.send({ id: 3, publish: { channel: 'chat:room', data: LARGE } });
  assert.equal((await small.push('pub')).pub.data, LARGE);
  assert.equal((await plain.push('pub')).pub.data, LARGE);
  assert.deepEqual((await small.reply(3)).publish, {});
  const read = small.socket._socket.bytesRead - read_before;
  assert.ok(read < LARGE.length / 10, `${read} bytes for ${LARGE.length}`);
  assert.ok(plain.socket._socket.bytesRead > LARGE.length);
});

test('what inflates to more than ten times the limit is closed with 1009', async (t) => {
  const server = await server_for(t, { websocket: { compression: true } });
  const bomb = await RawClient.connect(server, 'ada', COMPRESSING);
  bomb.send(' '.repeat(INFLATED_BYTES_MAX + 1));
  await bomb.expect_close(1009, 'a message that inflates too far');
});

test('without the option nothing is compressed', async (t) => {
  const server = await server_for(t, {});
  const client = await RawClient.connect(server, 'ada', COMPRESSING);
  assert.equal(client.socket.extensions, '');
});
