// What the HTTP API does to clients.

import assert from 'node:assert/strict';

import { unix_now, within } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { data_of, ends_with, next_publications } from '../world.mjs';

/** An application that leaves it to the API to prolong a connection. */
const never = () => new Promise(() => {});

/** Who has to come back by itself is decided by the code alone. */
const CODES = [
  ...[3000, 3001, 3004, 3005, 3006, 3008, 3009, 3010, 3011, 3012, 3013, 3014, 4000, 4499]
    .map((code) => [code, true]),
  ...[3500, 3501, 3502, 3503, 3504, 3505, 3506, 3507, 3508, 3509, 4500, 4999]
    .map((code) => [code, false]),
];

export const server_api = [
  scenario('publish and broadcast answer with positions', async (w) => {
    const channels = [w.channel('chat', 'a'), w.channel('chat', 'b')];
    const client = await w.connected('ada');
    const subscriptions = [];
    for (const channel of channels) subscriptions.push(await client.subscribe(channel));
    const first = await w.api('publish', { channel: channels[0], data: 1 });
    assert.deepEqual(first, { offset: 1, epoch: subscriptions[0].result.epoch });
    const { responses } = await w.api('broadcast', { channels, data: 2 });
    assert.deepEqual(responses.map(({ result }) => result), [
      { offset: 2, epoch: subscriptions[0].result.epoch },
      { offset: 1, epoch: subscriptions[1].result.epoch }]);
    assert.deepEqual(data_of(await next_publications(subscriptions[0], 2)), [1, 2]);
    assert.deepEqual(data_of(await next_publications(subscriptions[1], 1)), [2]);
  }),

  scenario('a payload may be bytes in base64', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    await w.api('publish', { channel, b64data: Buffer.from('{"n":1}').toString('base64') });
    assert.deepEqual((await subscription.publication()).data, { n: 1 });
  }),

  scenario('a publication that skips history has no offset and no place in it', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(w.channel('log'));
    await w.api('publish', { channel: w.channel('log'), data: 1, skip_history: true });
    const { channel: _, ...publication } = await subscription.publication();
    assert.deepEqual(publication, { data: 1 });
    await w.api('publish', { channel, data: 1, skip_history: true });
    assert.equal((await client.history(channel, { limit: 0 })).offset, 0);
  }),

  scenario('the same idempotency key publishes once', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    const publish = (data, idempotency_key) =>
      w.api('publish', { channel, data, idempotency_key });
    const first = await publish(1, 'key-a');
    assert.deepEqual(await publish(2, 'key-a'), first);
    assert.equal((await publish(3, 'key-b')).offset, 2);
    assert.deepEqual(data_of(await next_publications(subscription, 2)), [1, 3]);
  }),

  scenario('an older version is dropped', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    const publish = (data, version, version_epoch) =>
      w.api('publish', { channel, data, version, version_epoch });
    await publish('five', 5);
    await publish('four', 4);
    await publish('five again', 5);
    await publish('six', 6);
    await publish('one of another epoch', 1, 'second');
    assert.deepEqual(data_of(await next_publications(subscription, 3)),
      ['five', 'six', 'one of another epoch']);
  }),

  scenario('a disconnect from the API is 3503, or what it says', async (w) => {
    const default_end = await w.connected('ada');
    await w.api('disconnect', { user: w.user('ada') });
    await ends_with(default_end, 3503);
    const custom = await w.connected('bob');
    await w.api('disconnect',
      { user: w.user('bob'), disconnect: { code: 4900, reason: 'enough' } });
    assert.deepEqual(await custom.gone(), { code: 4900, reason: 'enough' });
  }),

  ...CODES.map(([code, comes_back]) => scenario(
    `a disconnect with ${code} arrives, and the client ${comes_back ? 'comes back' : 'stays away'}`,
    async (w) => {
      const client = await w.connected('ada');
      await w.api('disconnect',
        { user: w.user('ada'), disconnect: { code, reason: `because of ${code}` } });
      assert.deepEqual(await client.gone(), { code, reason: `because of ${code}` });
      assert.equal(client.comes_back, comes_back);
    })),

  scenario('a disconnect is the last thing said, and the stream ends', async (w) => {
    const client = await w.connected('ada');
    const ended = new Promise((resolve) => client.transport.request.on('close', resolve));
    await w.api('disconnect', { user: w.user('ada') });
    await ends_with(client, 3503);
    await within(ended, 'end of the stream');
  }, { driver: 'strict', transport: 'http_stream' }),

  scenario('a disconnect spares the clients on its list, and other users', async (w) => {
    const [ada, spared, bob] =
      [await w.connected('ada'), await w.connected('ada'), await w.connected('bob')];
    await w.api('disconnect', { user: w.user('ada'), whitelist: [spared.id] });
    await ends_with(ada, 3503);
    await spared.publish(w.channel('plain'), 1);
    await bob.publish(w.channel('plain'), 1);
  }),

  scenario('an unsubscribe from the API is 2000', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    await w.api('unsubscribe', { user: w.user('ada'), channel });
    assert.deepEqual(await subscription.ended(), { code: 2000, reason: 'server unsubscribe' });
    assert.deepEqual(await client.presence(channel), {});
  }),

  scenario('a refresh from the API prolongs a connection or ends it', async (w) => {
    const client = await w.connected('ada',
      { token: w.token('ada', { exp: unix_now() + 2 }), get_token: never });
    const witness = await w.witness('late', { token: w.token('late', { exp: unix_now() + 3 }) });
    await w.api('refresh', { user: w.user('ada'), expire_at: unix_now() + 3600 });
    await ends_with(witness, 3005);
    await client.publish(w.channel('plain'), 1);
    await w.api('refresh', { user: w.user('ada'), expired: true });
    await ends_with(client, 3005);
  }, { server: 'expiring' }),

  scenario('presence, its figures and history are the same for clients and API', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    await client.subscribe(channel);
    await client.publish(channel, { n: 1 });
    const { presence } = await w.api('presence', { channel });
    assert.deepEqual(presence, await client.presence(channel));
    assert.deepEqual(await w.api('presence_stats', { channel }),
      await client.presence_stats(channel));
    const of_client = await client.history(channel, { limit: -1 });
    const of_api = await w.api('history', { channel, limit: -1 });
    assert.deepEqual(of_api.publications.map(({ data, offset, info }) => ({ data, offset, info })),
      of_client.publications.map(({ data, offset, info }) => ({ data, offset, info })));
    assert.deepEqual([of_api.offset, of_api.epoch], [of_client.offset, of_client.epoch]);
  }),
];
