// How a connection finds its encoding, its way back, and its kind of ping.

import assert from 'node:assert/strict';

import { within } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { ends_with } from '../world.mjs';

const ONLY_STRICT = { driver: 'strict' };
const OVER_WEBSOCKET = { driver: 'strict', transport: 'websocket' };

/** Connects with these transport options and publishes to itself. */
async function speaks(w, transport) {
  const client = await w.connected('ada', { transport });
  const channel = w.channel('chat');
  const subscription = await client.subscribe(channel);
  await client.publish(channel, { n: 1 });
  assert.deepEqual((await subscription.publication()).data, { n: 1 });
  return client;
}

export const negotiating = [
  scenario('protobuf is spoken to who offers its subprotocol or asks in the query', async (w) => {
    const client = await speaks(w, { protocols: ['centrifuge-protobuf'] });
    assert.equal(client.transport.socket.protocol, 'centrifuge-protobuf');
    for (const query of ['?format=protobuf', '?cf_protocol=protobuf']) {
      const other = await speaks(w, { protocols: [], query });
      assert.equal(other.transport.socket.protocol, '');
    }
  }, { ...OVER_WEBSOCKET, encoding: 'protobuf' }),

  scenario('JSON is spoken to who offers nothing, or its subprotocol', async (w) => {
    assert.equal((await speaks(w, {})).transport.socket.protocol, '');
    const client = await speaks(w, { protocols: ['centrifuge-json'] });
    assert.equal(client.transport.socket.protocol, 'centrifuge-json');
    await speaks(w, { query: '?cf_protocol_version=v2' });
  }, { ...OVER_WEBSOCKET, encoding: 'json' }),

  scenario('who asks for native pings gets them, and no others', async (w) => {
    const client = w.client({ token: w.token('ada'),
      transport: { query: '?cf_ws_frame_ping_pong=true' } });
    const connecting = client.connect();
    const pinged = new Promise((resolve) => client.transport.socket.once('ping', resolve));
    await connecting;
    await within(pinged, 'ping frame');
    assert.equal(client.connected.ping, undefined);
    assert.equal(client.connected.pong, undefined);
    await client.publish(w.channel('plain'), {});
    assert.equal(client.pings, 0);
  }, { ...OVER_WEBSOCKET, server: 'pinging' }),

  scenario('commands come back in one stream in their order', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const answers = client.batch(Array.from({ length: 30 }, (_, n) =>
      ({ publish: { channel, data: client.payload(n) } })));
    await Promise.all(answers);
    const { publications } = await client.history(channel, { limit: -1 });
    assert.deepEqual(publications.map(({ data }) => data), Array.from({ length: 30 }, (_, n) => n));
  }, ONLY_STRICT),
];

/** A payload that is bytes, between the encodings. */
export const binary = [
  scenario('bytes that are no JSON reach clients that speak protobuf', async (w) => {
    const bytes = Buffer.from([0, 1, 2, 0xff, 0x0a]);
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    await client.publish(channel, bytes);
    assert.deepEqual((await subscription.publication()).data, bytes);
    const { publications } = await client.history(channel, { limit: 1 });
    assert.deepEqual(publications[0].data, bytes);
  }, { encoding: 'protobuf' }),

  scenario('bytes that are no JSON end a JSON subscriber with 3506', async (w) => {
    const channel = w.channel('plain');
    const client = await w.connected('ada');
    const protobuf = await w.speaker_of('protobuf');
    await client.subscribe(channel);
    await protobuf.publish(channel, Buffer.from([0, 1, 2, 255]));
    await ends_with(client, 3506);
  }, { encoding: 'json' }),

  scenario('JSON and protobuf read the same publication', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    const other = await w.speaker_of(w.driver.encoding === 'json' ? 'protobuf' : 'json');
    const payload = { text: 'ü ✓', list: [1, null, { a: 'b' }] };
    const mine = await client.subscribe(channel);
    const theirs = await other.subscribe(channel);
    await client.publish(channel, payload);
    await other.publish(channel, payload);
    for (const subscription of [mine, theirs]) {
      for (const author of [client, other]) {
        const { data, info } = await subscription.publication();
        assert.deepEqual([data, info.client], [payload, author.id]);
      }
    }
  }),
];
