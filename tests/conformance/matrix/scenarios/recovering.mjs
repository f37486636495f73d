// Recovery: what was missed comes back exactly once and in order, or the client is told that it
// does not.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, ends_with, next_publications, offsets_of, refuses } from '../world.mjs';

const flags = ({ recoverable, was_recovering, recovered }) =>
  [recoverable, was_recovering, recovered];

export const recovering = [
  scenario('a client that was away gets what it missed and then what is new', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    const author = await w.witness();
    const subscription = await client.subscribe(channel);
    await w.publish_many(author, channel, 1, 3);
    await next_publications(subscription, 3);
    await client.pause();
    await w.publish_many(author, channel, 4, 40);
    await client.resume();
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, true]);
    await w.publish_many(author, channel, 41, 42);
    const missed = await next_publications(subscription, 39);
    assert.deepEqual(offsets_of(missed), Array.from({ length: 39 }, (_, n) => n + 4));
    assert.deepEqual(missed.map(({ data }) => data.n), offsets_of(missed));
  }),

  scenario('a client that missed nothing recovers nothing', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    const subscription = await client.subscribe(channel);
    await client.publish(channel, 1);
    await subscription.publication();
    await client.pause();
    await client.resume();
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, true]);
    await client.publish(channel, 2);
    assert.equal((await subscription.publication()).offset, 2);
  }),

  scenario('a client that missed more than is kept is told so and goes on', async (w) => {
    const channel = w.channel('short');
    const client = await w.connected('ada');
    const author = await w.witness();
    const subscription = await client.subscribe(channel);
    await author.publish(channel, 1);
    await subscription.publication();
    await client.pause();
    await w.publish_many(author, channel, 2, 6);
    await client.resume();
    const result = await subscription.subscribed();
    assert.deepEqual(flags(result), [true, true, false]);
    assert.equal(result.offset, 6);
    await author.publish(channel, 7);
    assert.deepEqual(data_of([await subscription.publication()]), [7]);
  }),

  scenario('a client that missed more than 300 is told so', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    const subscription = await client.subscribe(channel);
    await client.pause();
    await Promise.all(Array.from({ length: 301 }, (_, n) =>
      w.api('publish', { channel, data: n })));
    await client.resume();
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, false]);
    assert.deepEqual(subscription.unread, []);
  }),

  scenario('recovery begins where the client says', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await w.publish_many(client, channel, 1, 5);
    const { epoch } = await client.history(channel, { limit: 0 });
    const subscription = await client.subscribe(channel, { since: { offset: 3, epoch } });
    assert.deepEqual(flags(subscription.result), [true, true, true]);
    assert.equal(subscription.result.offset, 3);
    assert.deepEqual(offsets_of(await next_publications(subscription, 2)), [4, 5]);
  }),

  scenario('recovery from the beginning gives everything', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await w.publish_many(client, channel, 1, 3);
    const { epoch } = await client.history(channel, { limit: 0 });
    const subscription = await client.subscribe(channel, { since: { offset: 0, epoch } });
    assert.equal(subscription.result.recovered, true);
    assert.deepEqual(offsets_of(await next_publications(subscription, 3)), [1, 2, 3]);
  }),

  scenario('a subscriber of a stream that was forgotten is 2500 when positions are compared',
    async (w) => {
      const channel = w.channel('forgetful');
      const client = await w.connected('ada');
      const subscription = await client.subscribe(channel);
      const { code, reason } = await subscription.ended();
      assert.deepEqual([code, reason], [2500, 'insufficient state']);
      await client.publish(w.channel('plain'), 'the connection goes on');
    }, { server: 'checking' }),

  scenario('who is 2500 subscribes again and is told of the loss', async (w) => {
    const channel = w.channel('forgetful');
    const client = await w.connected('ada');
    const subscription = await client.subscribe(channel);
    assert.equal((await subscription.ended()).code, 2500);
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, false]);
  }, { driver: 'npm', server: 'checking' }),

  scenario('a server-side subscriber of a stream that was forgotten is 3010', async (w) => {
    const client = await w.connected('ada', {
      token: w.token('ada', { channels: [w.channel('forgetful')] }) });
    await ends_with(client, 3010);
  }, { server: 'checking' }),

  scenario('an empty epoch is any epoch', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await w.publish_many(client, channel, 1, 2);
    const subscription = await client.subscribe(channel, { since: { offset: 1, epoch: '' } });
    assert.equal(subscription.result.recovered, true);
    assert.deepEqual(offsets_of(await next_publications(subscription, 1)), [2]);
  }),

  scenario('another epoch, or a position that was never, is not recovered', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await client.publish(channel, 1);
    const { epoch } = await client.history(channel, { limit: 0 });
    for (const since of [{ offset: 0, epoch: '_' }, { offset: 1, epoch: 'another' },
      { offset: 9, epoch }]) {
      const subscription = await client.subscribe(channel, { since });
      assert.deepEqual(flags(subscription.result), [true, true, false]);
      assert.deepEqual([subscription.result.offset, subscription.result.epoch], [1, epoch]);
      await subscription.unsubscribe();
    }
  }),

  scenario('who has its state elsewhere is refused with 112 and loads it again', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await w.publish_many(client, channel, 1, 3);
    const { epoch } = await client.history(channel, { limit: 0 });
    const positions = [{ offset: 0, epoch: '_' }, { offset: 2, epoch }];
    let loads = 0;
    const subscription = await client.subscribe(channel,
      { get_state: async () => positions[loads++] });
    assert.equal(loads, 2);
    assert.deepEqual(flags(subscription.result), [true, true, true]);
    assert.deepEqual(offsets_of(await next_publications(subscription, 1)), [3]);
  }),

  scenario('flag 2 refuses what cannot be recovered, and leaves nothing behind', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await client.publish(channel, 1);
    const request = { channel, recover: true, epoch: '_', flag: 2 };
    await refuses(client.call({ subscribe: request }), 112);
    assert.deepEqual(await client.presence(channel), {});
    await client.call({ subscribe: { channel } });
  }, { driver: 'strict' }),

  scenario('removed history cannot be recovered, and an untouched position can', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await w.publish_many(client, channel, 1, 3);
    const { epoch } = await client.history(channel, { limit: 0 });
    await w.api('history_remove', { channel });
    const lost = await client.subscribe(channel, { since: { offset: 1, epoch } });
    assert.deepEqual(flags(lost.result), [true, true, false]);
    await lost.unsubscribe();
    const kept = await client.subscribe(channel, { since: { offset: 3, epoch } });
    assert.deepEqual(flags(kept.result), [true, true, true]);
  }),

  scenario('a client that only asked for its position does not recover', async (w) => {
    const channel = w.channel('positioned');
    const client = await w.connected('ada');
    const subscription = await client.subscribe(channel);
    await client.pause();
    await w.api('publish', { channel, data: 1 });
    await client.resume();
    const result = await subscription.subscribed();
    assert.deepEqual([flags(result), result.offset], [[false, false, false], 1]);
  }),

  scenario('publications during a recovery are neither lost nor doubled', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    const author = await w.witness();
    const subscription = await client.subscribe(channel);
    let n = 0;
    for (let round = 0; round < 5; ++round) {
      await client.pause();
      const publishing = Array.from({ length: 30 }, () => author.publish(channel, ++n));
      const result = client.resume();
      await Promise.all(publishing);
      await result;
      assert.equal((await subscription.subscribed()).recovered, true);
    }
    const all = await next_publications(subscription, 150);
    assert.deepEqual(offsets_of(all), Array.from({ length: 150 }, (_, index) => index + 1));
    assert.deepEqual(data_of(all), offsets_of(all));
  }),
];
