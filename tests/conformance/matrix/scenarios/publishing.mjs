// Publications: who gets them, in which order, and what is in them.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, next_publications, offsets_of, refuses } from '../world.mjs';

const PAYLOADS = [null, true, 0, -1.5, '', 'text "quoted" \n ü ✓ \u2028', [], [1, [2, {}]], {},
  { deep: { er: [null, { x: 'y' }] } }, 'x'.repeat(20_000)];

export const publishing = [
  scenario('a publication reaches everybody and names its author', async (w) => {
    const ada = await w.connected('ada');
    const bob = await w.connected('bob');
    const channel = w.channel('chat');
    const subscriptions = [await ada.subscribe(channel), await bob.subscribe(channel)];
    await ada.publish(channel, { text: 'hello' });
    for (const subscription of subscriptions) {
      const { channel: _, ...publication } = await subscription.publication();
      assert.deepEqual(publication, { data: { text: 'hello' }, offset: 1,
        info: { user: w.user('ada'), client: ada.id } });
    }
  }),

  scenario('the author’s info goes with the publication', async (w) => {
    const info = { name: 'Ada' };
    const ada = await w.connected('ada', { token: w.token('ada', { info }) });
    const channel = w.channel('plain');
    const subscription = await ada.subscribe(channel);
    await ada.publish(channel, 1);
    assert.deepEqual((await subscription.publication()).info,
      { user: w.user('ada'), client: ada.id, conn_info: info });
  }),

  scenario('without history a publication has no offset, from the API no author', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('plain');
    const subscription = await client.subscribe(channel);
    await w.api('publish', { channel, data: { n: 1 } });
    const { channel: _, ...publication } = await subscription.publication();
    assert.deepEqual(publication, { data: { n: 1 } });
  }),

  scenario('every kind of payload arrives as it was sent', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    for (const payload of PAYLOADS) await client.publish(channel, payload);
    const arrived = await next_publications(subscription, PAYLOADS.length);
    assert.deepEqual(data_of(arrived), PAYLOADS);
  }),

  scenario('subscribers see one order, whoever publishes', async (w) => {
    const channel = w.channel('chat');
    const clients = await Promise.all(['ada', 'bob', 'eve'].map((name) => w.connected(name)));
    const subscriptions = await Promise.all(clients.map((c) => c.subscribe(channel)));
    await Promise.all(clients.map((client, who) => Promise.all(
      Array.from({ length: 20 }, (_, n) => client.publish(channel, [who, n])))));
    const [first, ...others] = await Promise.all(
      subscriptions.map((subscription) => next_publications(subscription, 60)));
    assert.deepEqual(offsets_of(first), Array.from({ length: 60 }, (_, n) => n + 1));
    for (const other of others) assert.deepEqual(data_of(other), data_of(first));
    if (w.driver.transport === 'websocket') {
      for (const who of [0, 1, 2]) {
        const own = data_of(first).filter(([author]) => author === who);
        assert.deepEqual(own.map(([, n]) => n), Array.from({ length: 20 }, (_, n) => n));
      }
    }
  }),

  scenario('a publication may be published without being subscribed', async (w) => {
    const author = await w.connected('ada');
    const reader = await w.witness();
    const channel = w.channel('chat');
    const subscription = await reader.subscribe(channel);
    await author.publish(channel, 'from outside');
    assert.equal((await subscription.publication()).data, 'from outside');
  }),

  scenario('forty commands in one frame are answered in their order', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const answers = client.batch([{ subscribe: { channel } },
      ...Array.from({ length: 40 }, (_, n) => ({ publish: { channel, data: client.payload(n) } })),
      { history: { channel, limit: 0 } }]);
    const results = await Promise.all(answers);
    assert.equal(results[0].positioned, true);
    assert.equal(results.at(-1).offset, 40);
    // They were counted by the rules of the session, one by one.
    assert.equal(client.rules.subscriptions.get(channel).offset, 40);
  }, { driver: 'strict' }),

  scenario('tags travel with a publication and stay in history', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    const tags = { color: 'red', empty: '' };
    await w.api('publish', { channel, data: 1, tags });
    const { channel: _, ...publication } = await subscription.publication();
    assert.deepEqual(publication, { data: 1, offset: 1, tags });
    const { publications } = await client.history(channel, { limit: 1 });
    assert.deepEqual(publications[0].tags, tags);
  }),

  scenario('the library puts many commands in one frame', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    client.library.startBatching();
    const answers = Array.from({ length: 40 }, (_, n) => client.publish(channel, n));
    client.library.stopBatching();
    await Promise.all(answers);
    assert.deepEqual(data_of(await next_publications(subscription, 40)),
      Array.from({ length: 40 }, (_, n) => n));
  }, { driver: 'npm' }),

  scenario('a publish without data is 107', async (w) => {
    const client = await w.connected('ada');
    await refuses(client.call({ publish: { channel: w.channel('plain') } }), 107);
  }, { driver: 'strict' }),
];
