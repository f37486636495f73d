// Subscribing and leaving; who may and who may not.

import assert from 'node:assert/strict';

import { unix_now } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { all_refused, disconnects, refuses } from '../world.mjs';

const ONLY_STRICT = { driver: 'strict' };

export const subscribing = [
  scenario('a plain channel has no position', async (w) => {
    const client = await w.connected('ada');
    const subscription = await client.subscribe(w.channel('plain'));
    assert.deepEqual(subscription.result,
      { recoverable: false, positioned: false, was_recovering: false, recovered: false });
  }),

  scenario('a channel with forced recovery gives its position', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const { result: { epoch, ...rest } } = await client.subscribe(channel);
    assert.deepEqual(rest, { recoverable: true, positioned: true, was_recovering: false,
      recovered: false, offset: 0 });
    assert.match(epoch, /\S/);
    await w.publish_many(client, channel, 1, 3);
    const other = await w.connected('bob');
    assert.deepEqual((await other.subscribe(channel)).result, { ...rest, epoch, offset: 3 });
  }),

  scenario('a channel with forced positioning gives its position and does not recover',
    async (w) => {
      const client = await w.connected('ada');
      const { result: { epoch, ...rest } } = await client.subscribe(w.channel('positioned'));
      assert.deepEqual(rest, { recoverable: false, positioned: true, was_recovering: false,
        recovered: false, offset: 0 });
      assert.match(epoch, /\S/);
    }),

  scenario('a client that asks is positioned, or recoverable, where there is history',
    async (w) => {
      const client = await w.connected('ada');
      const positioned = await client.subscribe(w.channel('log', 'a'), { positioned: true });
      const recoverable = await client.subscribe(w.channel('log', 'b'), { recoverable: true });
      const neither = await client.subscribe(w.channel('log', 'c'));
      const nowhere = await client.subscribe(w.channel('plain'), { recoverable: true });
      const flags = ({ result }) => [result.positioned, result.recoverable];
      assert.deepEqual([positioned, recoverable, neither, nowhere].map(flags),
        [[true, false], [true, true], [false, false], [false, false]]);
    }),

  scenario('who has left receives nothing more, and may come back', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const first = await client.subscribe(channel);
    await client.publish(channel, { n: 1 });
    assert.equal((await first.publication()).offset, 1);
    await first.unsubscribe();
    await client.publish(channel, { n: 2 });
    const again = await client.subscribe(channel);
    assert.equal(again.result.offset, 2);
    await client.publish(channel, { n: 3 });
    assert.equal((await again.publication()).offset, 3);
    assert.deepEqual(first.unread, []);
  }),

  scenario('leaving a channel one is not in succeeds', async (w) => {
    const client = await w.connected('ada');
    await client.call({ unsubscribe: { channel: w.channel('plain') } });
    await client.call({ unsubscribe: { channel: 'nowhere:never' } });
  }, ONLY_STRICT),

  scenario('a second subscribe is 105', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('plain');
    const subscription = await client.subscribe(channel);
    await refuses(client.call({ subscribe: { channel } }), 105);
    const [, ...others] = client.batch([1, 2, 3].map((n) =>
      ({ subscribe: { channel: n === 1 ? w.channel('plain', 'b') : channel } })));
    await all_refused(others, 105);
    await client.publish(channel, 1);
    assert.equal((await subscription.publication()).data, 1);
  }, ONLY_STRICT),

  scenario('an unsubscribe right behind its subscribe is answered after it', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('chat');
    const [subscribed, unsubscribed, again] = client.batch([
      { subscribe: { channel } }, { unsubscribe: { channel } }, { subscribe: { channel } }]);
    assert.equal((await subscribed).recoverable, true);
    assert.deepEqual(await unsubscribed, {});
    assert.equal((await again).recoverable, true);
  }, ONLY_STRICT),

  scenario('a subscription that is no stream is 108', async (w) => {
    const client = await w.connected('ada');
    for (const type of [1, 2, 3, 4]) {
      await refuses(client.call({ subscribe: { channel: w.channel('plain'), type } }), 108);
    }
  }, ONLY_STRICT),

  scenario('an unknown namespace is 102', async (w) => {
    const client = await w.connected('ada');
    await all_refused([client.subscribe('nowhere:x'), client.publish('nowhere:x', 1),
      client.history('nowhere:x', { limit: 1 }), client.presence('nowhere:x'),
      client.presence_stats('nowhere:x')], 102);
  }),

  scenario('what a namespace does not allow is 103', async (w) => {
    const client = await w.connected('ada');
    await all_refused([client.subscribe(w.channel('closed')),
      client.publish(w.channel('closed'), 1), client.history(w.channel('closed'), { limit: 1 }),
      client.presence(w.channel('closed')), client.presence_stats(w.channel('closed')),
      client.publish(w.channel('readonly'), 1), client.subscribe(w.channel('everyone'))], 103);
    await client.subscribe(w.channel('readonly'));
  }),

  scenario('what a namespace does not have is 108', async (w) => {
    const client = await w.connected('ada');
    await all_refused([client.history(w.channel('plain'), { limit: 1 }),
      client.presence(w.channel('plain')), client.presence_stats(w.channel('plain')),
      client.rpc('weather', { city: 'Rome' })], 108);
  }),

  scenario('the ping command is 108', async (w) => {
    const client = await w.connected('ada');
    await refuses(client.call({ ping: {} }), 108);
  }, ONLY_STRICT),

  scenario('a member may do what an outsider may not', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('members');
    const requests = () => [client.publish(channel, 1), client.history(channel, { limit: 1 }),
      client.presence(channel), client.presence_stats(channel)];
    await all_refused(requests(), 103);
    const subscription = await client.subscribe(channel);
    await Promise.all(requests());
    await subscription.unsubscribe();
    await all_refused(requests(), 103);
  }),

  scenario('a name of 255 bytes is good and one more is 107', async (w) => {
    const client = await w.connected('ada');
    const name = w.channel('plain', 'x').padEnd(255, 'y');
    await client.subscribe(name);
    await refuses(client.subscribe(`${name}y`), 107);
  }),

  scenario('one channel too many is 106, until another is left', async (w) => {
    const client = await w.connected('ada');
    const first = await client.subscribe(w.channel('plain', 'a'));
    await client.subscribe(w.channel('plain', 'b'));
    await refuses(client.subscribe(w.channel('plain', 'c')), 106);
    await first.unsubscribe();
    await client.subscribe(w.channel('plain', 'd'));
  }, { server: 'narrow' }),

  scenario('a private channel wants a token for it', async (w) => {
    const client = await w.connected('ada');
    const channel = `$${w.channel('plain')}`;
    await refuses(client.subscribe(channel), 103);
    await client.subscribe(channel, { token: w.subscription_token('ada', channel) });
  }),

  scenario('a subscription token opens a closed channel, with info and data', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    const token = w.subscription_token('ada', channel,
      { info: { role: 'host' }, data: { hello: 1 } });
    const subscription = await client.subscribe(channel, { token });
    assert.deepEqual(subscription.result.data, { hello: 1 });
    const { presence } = await w.api('presence', { channel });
    assert.deepEqual(presence[client.id].chan_info, { role: 'host' });
  }),

  scenario('a token may override what its namespace says', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    const token = w.subscription_token('ada', channel,
      { override: { force_recovery: { value: true } } });
    const { result } = await client.subscribe(channel, { token });
    assert.deepEqual([result.recoverable, result.positioned], [true, true]);
  }),

  scenario('a subscription token that nobody signed is 103', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    const token = `${w.subscription_token('ada', channel)}x`;
    await refuses(client.subscribe(channel, { token }), 103);
  }),

  scenario('an expired subscription token is 109, and the client fetches another', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    let asked = 0;
    await client.subscribe(channel, {
      token: w.subscription_token('ada', channel, { exp: unix_now() - 60 }),
      get_token: async () => { asked += 1; return w.subscription_token('ada', channel); },
    });
    assert.equal(asked, 1);
  }),

  scenario('an expired subscription token is 109, as a reply', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    const token = w.subscription_token('ada', channel, { exp: unix_now() - 60 });
    await refuses(client.call({ subscribe: { channel, token } }), 109);
  }, ONLY_STRICT),

  scenario('a list of users means nothing where the namespace does not say so', async (w) => {
    const eve = await w.connected('eve');
    await eve.subscribe(w.channel('plain', 'room#ada'));
    await refuses(eve.subscribe(w.channel('plain', '#ada')), 103);
  }),

  scenario('a subscription token of another user, channel or client is 3500', async (w) => {
    const channel = w.channel('closed');
    for (const token of [w.subscription_token('bob', channel),
      w.subscription_token('ada', w.channel('closed', 'other')),
      w.subscription_token('ada', channel, { client: 'another' })]) {
      const client = await w.connected('ada');
      await disconnects(client.subscribe(channel, { token }), 3500);
    }
  }),
];
