// What channels do for subscribers beyond passing publications on: deltas, filters by tags,
// recovery with and without loss, the cache mode. npm `centrifuge` in both encodings, against the
// real binary.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { client_for, collector, connected, ENCODINGS, event_of, subscribed, value_of }
  from './npm_clients.mjs';
import { start_server } from './server_process.mjs';
import { TcpProxy } from './tcp_proxy.mjs';

const KEPT = {
  allow_subscribe_for_client: true, allow_publish_for_client: true,
  history_size: 50, history_ttl: '300s', force_recovery: true,
};

let server;
before(async () => {
  server = await start_server({
    channel: {
      namespaces: [
        { name: 'delta', ...KEPT, allowed_delta_types: ['fossil'], delta_publish: true },
        { name: 'flagged', ...KEPT, allowed_delta_types: ['fossil'] },
        { name: 'tagged', ...KEPT, allow_tags_filter: true },
        { name: 'cache', ...KEPT, force_recovery_mode: 'cache' },
        { name: 'few', ...KEPT, history_size: 3 },
      ],
    },
  });
});
after(() => server?.stop());

let channels_given = 0;
const channel_in = (namespace) => `${namespace}:${++channels_given}`;

/** Little changes from one to the next; the text has characters of one to four bytes. */
const document = (n) => ({
  title: 'Straßenbahn – 日本語 😀 tram', stops: ['Zoo', 'Süd', 'Ω'], text: 'x'.repeat(200), n,
  face: String.fromCodePoint(0x1F600 + (n % 40)), letter: String.fromCharCode(0xe0 + (n % 20)),
});

/** A client whose connection can be cut. */
async function through_proxy(t) {
  const proxy = await TcpProxy.to(server.port);
  t.after(() => proxy.close());
  return proxy;
}

for (const encoding of ENCODINGS) {
  test(`${encoding}: with deltas a subscriber receives what was published`, async (t) => {
    const channel = channel_in('delta');
    const client = client_for(t, server.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel, { delta: 'fossil' });
    const received = collector(subscription);
    await subscribed(subscription);
    const sent = Array.from({ length: 20 }, (_, n) => document(n));
    for (const data of sent) await server.api('publish', { channel, data });
    assert.deepEqual(await received.until(sent.length), sent);
    const { numDeltaPayloads, numFullPayloads, bytesReceived, bytesDecoded } =
      subscription.deltaStats();
    assert.equal(numFullPayloads, 1, 'only the first one comes whole');
    assert.equal(numDeltaPayloads, sent.length - 1);
    assert.ok(bytesReceived < bytesDecoded / 2, `${bytesReceived} of ${bytesDecoded} bytes`);
  });

  test(`${encoding}: deltas go on after a recovery, and after one of nothing`, async (t) => {
    const channel = channel_in('delta');
    const proxy = await through_proxy(t);
    const client = client_for(t, proxy.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel, { delta: 'fossil' });
    const received = collector(subscription);
    await subscribed(subscription);
    const sent = [];
    const publish = async (count) => {
      for (let i = 0; i < count; ++i) {
        sent.push(document(sent.length));
        await server.api('publish', { channel, data: sent.at(-1) });
      }
    };
    await publish(3);
    await received.until(3);
    for (const missed of [4, 0, 1]) {
      const lost = event_of(client, 'connecting');
      proxy.cut();
      await lost;
      await publish(missed);
      const again = event_of(subscription, 'subscribed');
      proxy.mend();
      assert.equal((await again).recovered, true);
      await publish(2);
      assert.deepEqual(await received.until(sent.length), sent);
    }
  });

  test(`${encoding}: only what is published as a delta comes as one`, async (t) => {
    const channel = channel_in('flagged');
    const client = client_for(t, server.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel, { delta: 'fossil' });
    const received = collector(subscription);
    await subscribed(subscription);
    for (let n = 0; n < 6; ++n) {
      await server.api('publish', { channel, data: document(n), delta: n % 2 === 1 });
    }
    assert.deepEqual(await received.until(6), Array.from({ length: 6 }, (_, n) => document(n)));
    assert.equal(subscription.deltaStats().numDeltaPayloads, 3);
  });

  test(`${encoding}: a filter by tags lets through what matches, live and recovered`, async (t) => {
    const channel = channel_in('tagged');
    const proxy = await through_proxy(t);
    const client = client_for(t, proxy.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel, {
      tagsFilter: {
        op: 'and',
        nodes: [{ key: 'team', cmp: 'in', vals: ['red', 'green'] },
                { op: 'not', nodes: [{ key: 'price', cmp: 'lt', val: '9.5' }] }],
      },
    });
    const received = collector(subscription);
    let unsubscribed = false;
    subscription.on('subscribing', () => { unsubscribed = true; });
    await subscribed(subscription);
    unsubscribed = false;
    const publish = (n, tags) => server.api('publish', { channel, data: n, tags });
    await publish(1, { team: 'red', price: '10' });
    await publish(2, { team: 'blue', price: '10' });
    await publish(3, { team: 'green', price: '9.49' });
    await publish(4, { team: 'green', price: '9.50' });
    await publish(5, {});
    await publish(6, { team: 'red', price: '100' });
    assert.deepEqual(await received.until(3), [1, 4, 6]);
    assert.equal(unsubscribed, false, 'what it did not want is no gap');
    const lost = event_of(client, 'connecting');
    proxy.cut();
    await lost;
    await publish(7, { team: 'red', price: '10' });
    await publish(8, { team: 'blue', price: '10' });
    const again = event_of(subscription, 'subscribed');
    proxy.mend();
    assert.equal((await again).recovered, true);
    await publish(9, { team: 'red', price: '10' });
    assert.deepEqual(await received.until(5), [1, 4, 6, 7, 9]);
  });

  test(`${encoding}: a filter that is not allowed ends the subscription`, async (t) => {
    const client = client_for(t, server.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel_in('delta'),
      { tagsFilter: { key: 'k', cmp: 'ex' } });
    const ended = event_of(subscription, 'unsubscribed');
    subscription.subscribe();
    assert.equal((await ended).code, 107);
  });

  test(`${encoding}: a recovery with loss says so, and the client goes on`, async (t) => {
    const channel = channel_in('few');
    const proxy = await through_proxy(t);
    const client = client_for(t, proxy.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel);
    const received = collector(subscription);
    await subscribed(subscription);
    await server.api('publish', { channel, data: 1 });
    await received.until(1);
    const lost = event_of(client, 'connecting');
    proxy.cut();
    await lost;
    for (let n = 2; n <= 6; ++n) await server.api('publish', { channel, data: n });
    const again = event_of(subscription, 'subscribed');
    proxy.mend();
    const context = await again;
    assert.equal(context.wasRecovering, true);
    assert.equal(context.recovered, false);
    await server.api('publish', { channel, data: 7 });
    assert.deepEqual(await received.until(2), [1, 7]);
  });

  test(`${encoding}: in cache mode a subscriber finds the newest publication`, async (t) => {
    const channel = channel_in('cache');
    for (let n = 1; n <= 5; ++n) await server.api('publish', { channel, data: n });
    const proxy = await through_proxy(t);
    const client = client_for(t, proxy.websocket_url, encoding);
    await connected(client);
    const subscription = client.newSubscription(channel, { since: { offset: 0, epoch: '' } });
    const received = collector(subscription);
    assert.equal((await subscribed(subscription)).recovered, true);
    assert.deepEqual(await received.until(1), [5]);
    const lost = event_of(client, 'connecting');
    proxy.cut();
    await lost;
    for (let n = 6; n <= 8; ++n) await server.api('publish', { channel, data: n });
    const again = event_of(subscription, 'subscribed');
    proxy.mend();
    assert.equal((await again).recovered, true);
    assert.deepEqual(await received.until(2), [5, 8]);
  });
}

test('older versions and repeated keys are published once', async (t) => {
  const channel = channel_in('few');
  const client = client_for(t, server.websocket_url);
  await connected(client);
  const subscription = client.newSubscription(channel);
  const received = collector(subscription);
  await subscribed(subscription);
  const publish = (data, more) => server.api('publish', { channel, data, ...more });
  const first = await publish(1, { version: 10, version_epoch: 'a', idempotency_key: 'k' });
  assert.deepEqual(await publish(2, { idempotency_key: 'k' }), first);
  assert.deepEqual(await publish(3, { version: 9, version_epoch: 'a' }), first);
  assert.equal((await publish(4, { version: 1, version_epoch: 'b' })).offset, 2);
  assert.deepEqual(await received.until(2), [1, 4]);
  const { publications } = await server.api('history', { channel, limit: -1 });
  assert.deepEqual(publications.map(({ data }) => value_of(data)), [1, 4]);
});
