// Cache mode: only the newest publication counts.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, next_publications } from '../world.mjs';

const flags = ({ recoverable, was_recovering, recovered }) =>
  [recoverable, was_recovering, recovered];

export const caching = [
  scenario('a newcomer that recovers from nowhere gets the newest', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('cache');
    await w.publish_many(client, channel, 1, 3);
    const subscription = await client.subscribe(channel, { since: { offset: 0, epoch: '' } });
    assert.deepEqual(flags(subscription.result), [true, true, true]);
    assert.deepEqual(data_of(await next_publications(subscription, 1)), [{ n: 3 }]);
    await client.publish(channel, { n: 4 });
    assert.deepEqual(data_of(await next_publications(subscription, 1)), [{ n: 4 }]);
  }),

  scenario('a client that was away gets the newest, not all', async (w) => {
    const client = await w.connected('ada');
    const author = await w.witness();
    const channel = w.channel('cache');
    const subscription = await client.subscribe(channel);
    await w.publish_many(author, channel, 1, 1);
    await next_publications(subscription, 1);
    await client.pause();
    await w.publish_many(author, channel, 2, 30);
    await client.resume();
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, true]);
    await w.publish_many(author, channel, 31, 31);
    assert.deepEqual(data_of(await next_publications(subscription, 2)), [{ n: 30 }, { n: 31 }]);
  }),

  scenario('a client that missed nothing gets nothing', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('cache');
    const subscription = await client.subscribe(channel);
    await client.publish(channel, { n: 1 });
    await next_publications(subscription, 1);
    await client.pause();
    await client.resume();
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, true]);
    await client.publish(channel, { n: 2 });
    assert.deepEqual(data_of(await next_publications(subscription, 1)), [{ n: 2 }]);
  }),

  scenario('an empty cache is not recovered from', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('cache');
    const subscription = await client.subscribe(channel, { since: { offset: 7, epoch: 'old' } });
    assert.deepEqual(flags(subscription.result), [true, true, false]);
  }),
];
