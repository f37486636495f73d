// Reading back: history and presence, joins and leaves.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, offsets_of, refuses } from '../world.mjs';

export const reading = [
  scenario('an unused channel has a position and no publications', async (w) => {
    const client = await w.connected('ada');
    const { epoch, ...rest } = await client.history(w.channel('chat'), { limit: -1 });
    assert.deepEqual(rest, { offset: 0, publications: [] });
    assert.match(epoch, /\S/);
  }),

  scenario('history pages forwards, backwards and from a position', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    await w.publish_many(client, channel, 1, 10);
    const { epoch, offset, publications } = await client.history(channel, { limit: 0 });
    assert.deepEqual([offset, publications], [10, []]);
    const page = async (options) => {
      const history = await client.history(channel, options);
      assert.deepEqual([history.epoch, history.offset], [epoch, 10]);
      for (const { data, offset: own } of history.publications) assert.equal(data.n, own);
      return offsets_of(history.publications);
    };
    assert.deepEqual(await page({ limit: -1 }), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(await page({ limit: 3 }), [1, 2, 3]);
    assert.deepEqual(await page({ limit: 3, reverse: true }), [10, 9, 8]);
    assert.deepEqual(await page({ limit: 3, since: { offset: 4, epoch } }), [5, 6, 7]);
    assert.deepEqual(await page({ limit: 3, since: { offset: 4, epoch }, reverse: true }),
      [3, 2, 1]);
    assert.deepEqual(await page({ limit: -1, since: { offset: 10, epoch } }), []);
    assert.deepEqual(await page({ limit: 2, since: { offset: 0, epoch } }), [1, 2]);
  }),

  scenario('history names authors as live publications do', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    await client.publish(channel, 1);
    await w.api('publish', { channel, data: 2 });
    const { publications } = await client.history(channel, { limit: -1 });
    assert.deepEqual(publications.map(({ info }) => info),
      [{ user: w.user('ada'), client: client.id }, undefined]);
  }),

  scenario('history keeps the newest', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('short');
    await w.publish_many(client, channel, 1, 5);
    const { publications, offset } = await client.history(channel, { limit: -1 });
    assert.deepEqual([offsets_of(publications), offset], [[3, 4, 5], 5]);
  }),

  scenario('a page has at most 300 publications', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    await Promise.all(Array.from({ length: 310 }, (_, n) =>
      w.api('publish', { channel, data: n })));
    for (const limit of [-1, 1000]) {
      const { publications, offset } = await client.history(channel, { limit });
      assert.deepEqual([publications.length, offset], [300, 310]);
    }
  }),

  scenario('another epoch is 112, and backwards from nothing 107', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    await client.publish(channel, 1);
    await refuses(client.history(channel, { limit: 1, since: { offset: 1, epoch: 'no' } }), 112);
    const { epoch } = await client.history(channel, { limit: 0 });
    await refuses(
      client.history(channel, { limit: 1, since: { offset: 0, epoch }, reverse: true }), 107);
  }),

  scenario('a history without history_remove outlives its items', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    await w.publish_many(client, channel, 1, 3);
    const { epoch } = await client.history(channel, { limit: 0 });
    await w.api('history_remove', { channel });
    assert.deepEqual(await client.history(channel, { limit: -1 }),
      { epoch, offset: 3, publications: [] });
    await client.publish(channel, { n: 4 });
    const { publications } = await client.history(channel, { limit: -1 });
    assert.deepEqual(offsets_of(publications), [4]);
  }),

  scenario('presence lists who is there and forgets who left', async (w) => {
    const channel = w.channel('chat');
    const clients = [await w.connected('ada'), await w.connected('ada'), await w.connected('bob')];
    const subscriptions = await Promise.all(clients.map((client) => client.subscribe(channel)));
    const entry = (client, name) => [client.id, { user: w.user(name), client: client.id }];
    assert.deepEqual(await clients[0].presence(channel), Object.fromEntries(
      [entry(clients[0], 'ada'), entry(clients[1], 'ada'), entry(clients[2], 'bob')]));
    assert.deepEqual(await clients[0].presence_stats(channel), { num_clients: 3, num_users: 2 });
    await subscriptions[2].unsubscribe();
    assert.deepEqual(await clients[0].presence_stats(channel), { num_clients: 2, num_users: 1 });
    assert.deepEqual(Object.keys(await clients[0].presence(channel)).sort(),
      [clients[0].id, clients[1].id].sort());
  }),

  scenario('nobody is in an unused channel', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    assert.deepEqual(await client.presence(channel), {});
    assert.deepEqual(await client.presence_stats(channel), { num_clients: 0, num_users: 0 });
  }),

  scenario('who joins and who leaves is told, the joiner too', async (w) => {
    const channel = w.channel('chat');
    const ada = await w.connected('ada');
    const subscription = await ada.subscribe(channel);
    const info = (client, name) => ({ user: w.user(name), client: client.id });
    assert.deepEqual(await subscription.join(), info(ada, 'ada'));
    const bob = await w.connected('bob');
    const bobs = await bob.subscribe(channel);
    assert.deepEqual(await subscription.join(), info(bob, 'bob'));
    assert.deepEqual(await bobs.join(), info(bob, 'bob'));
    await bobs.unsubscribe();
    assert.deepEqual(await subscription.leave(), info(bob, 'bob'));
  }),

  scenario('a connection that is lost has left', async (w) => {
    const channel = w.channel('chat');
    const watching = await (await w.witness()).subscribe(channel);
    await watching.join();
    const client = await w.connected('ada');
    await client.subscribe(channel);
    const info = { user: w.user('ada'), client: client.id };
    assert.deepEqual(await watching.join(), info);
    await client.pause();
    assert.deepEqual(await watching.leave(), info);
  }),

  scenario('joins are told to who asked, where they are not for everybody', async (w) => {
    const channel = w.channel('doors');
    const asking = await (await w.connected('ada')).subscribe(channel, { join_leave: true });
    const silent = await (await w.connected('eve')).subscribe(channel);
    await asking.join();  // its own
    await asking.join();  // eve's
    const bob = await w.connected('bob');
    await bob.subscribe(channel);
    assert.equal((await asking.join()).user, w.user('bob'));
    await bob.publish(channel, 'after the join');
    await silent.publication();
    assert.deepEqual(silent.events.unread('join'), []);
  }),

  scenario('who may not see presence is told of nobody', async (w) => {
    const channel = w.channel('closed');
    const client = await w.connected('ada');
    const options = { token: w.subscription_token('ada', channel), join_leave: true };
    const subscription = await client.subscribe(channel, options);
    await w.api('publish', { channel, data: 1 });
    assert.deepEqual(data_of([await subscription.publication()]), [1]);
    assert.deepEqual(subscription.events.unread('join'), []);
  }),
];
