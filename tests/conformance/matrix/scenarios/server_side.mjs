// Subscriptions the server makes: by the token, by the API, to the user's own channel.

import assert from 'node:assert/strict';

import { unix_now } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { data_of, disconnects, ends_with, next_publications, offsets_of } from '../world.mjs';

const flags = ({ recoverable, was_recovering, recovered }) =>
  [recoverable, was_recovering, recovered];

export const server_side = [
  scenario('a token’s channels are subscribed with the connection', async (w) => {
    const channels = [w.channel('chat'), w.channel('plain')];
    const client = w.client({ token: w.token('ada', { channels }) });
    const [chat, plain] = channels.map((channel) => client.server_side(channel));
    await client.connect();
    assert.equal((await chat.subscribed()).recoverable, true);
    assert.equal((await plain.subscribed()).positioned, false);
    for (const channel of channels) await client.publish(channel, channel);
    assert.deepEqual(data_of([await chat.publication(), await plain.publication()]), channels);
  }),

  scenario('a token’s subs carry info, data and overrides', async (w) => {
    const channel = w.channel('closed');
    const subs = { [channel]: { info: { role: 'host' }, data: { hello: 1 },
      override: { force_recovery: { value: true } } } };
    const client = w.client({ token: w.token('ada', { subs }) });
    const subscription = client.server_side(channel);
    await client.connect();
    const result = await subscription.subscribed();
    assert.deepEqual([result.data, result.recoverable], [{ hello: 1 }, true]);
    const { presence } = await w.api('presence', { channel });
    assert.deepEqual(presence[client.id].chan_info, { role: 'host' });
  }),

  scenario('what the server has subscribed is recovered with the connection', async (w) => {
    const channel = w.channel('chat');
    const author = await w.witness();
    await w.publish_many(author, channel, 1, 2);
    const client = w.client({ token: w.token('ada', { channels: [channel] }) });
    const subscription = client.server_side(channel);
    await client.connect();
    const first = await subscription.subscribed();
    assert.deepEqual([flags(first), first.offset], [[true, false, false], 2]);
    await w.publish_many(author, channel, 3, 3);
    await next_publications(subscription, 1);
    await client.pause();
    await w.publish_many(author, channel, 4, 8);
    await client.resume();
    assert.deepEqual(flags(await subscription.subscribed()), [true, true, true]);
    await w.publish_many(author, channel, 9, 9);
    assert.deepEqual(offsets_of(await next_publications(subscription, 6)), [4, 5, 6, 7, 8, 9]);
  }),

  scenario('what cannot be recovered with the connection is told', async (w) => {
    const channel = w.channel('short');
    const author = await w.witness();
    const client = w.client({ token: w.token('ada', { channels: [channel] }) });
    const subscription = client.server_side(channel);
    await client.connect();
    await subscription.subscribed();
    await client.pause();
    await w.publish_many(author, channel, 1, 9);
    await client.resume();
    const result = await subscription.subscribed();
    assert.deepEqual([flags(result), result.offset], [[true, true, false], 9]);
    assert.deepEqual(subscription.unread, []);
  }),

  scenario('the API subscribes a user, and unsubscribes', async (w) => {
    const channel = w.channel('chat');
    const clients = [await w.connected('ada'), await w.connected('ada')];
    const subscriptions = clients.map((client) => client.server_side(channel));
    await w.api('subscribe', { user: w.user('ada'), channel });
    for (const subscription of subscriptions) {
      assert.equal((await subscription.subscribed()).recoverable, true);
    }
    await w.api('publish', { channel, data: 1 });
    for (const subscription of subscriptions) {
      assert.equal((await subscription.publication()).offset, 1);
    }
    await w.api('unsubscribe', { user: w.user('ada'), channel });
    for (const subscription of subscriptions) await subscription.ended();
    assert.deepEqual(await clients[0].presence(channel), {});
  }),

  scenario('the API subscribes one client of a user, with info and data', async (w) => {
    const channel = w.channel('chat');
    const [one, other] = [await w.connected('ada'), await w.connected('ada')];
    const subscription = one.server_side(channel);
    await w.api('subscribe', { user: w.user('ada'), client: one.id, channel,
      info: { role: 'host' }, data: { hello: 1 } });
    assert.deepEqual((await subscription.subscribed()).data, { hello: 1 });
    assert.deepEqual(await other.presence(channel), { [one.id]:
      { user: w.user('ada'), client: one.id, chan_info: { role: 'host' } } });
  }),

  scenario('the API subscribes from a position', async (w) => {
    const channel = w.channel('chat');
    const client = await w.connected('ada');
    await w.publish_many(client, channel, 1, 4);
    const { epoch } = await client.history(channel, { limit: 0 });
    const subscription = client.server_side(channel);
    await w.api('subscribe', { user: w.user('ada'), channel,
      recover_since: { offset: 2, epoch } });
    await subscription.subscribed();
    await client.publish(channel, { n: 5 });
    const received = offsets_of(await next_publications(subscription, 3));
    assert.deepEqual(received, [3, 4, 5]);
  }),

  scenario('a subscription of the server that expires ends the connection with 3006',
    async (w) => {
      const channel = w.channel('chat');
      const client = await w.connected('ada');
      const subscription = client.server_side(channel);
      await w.api('subscribe', { user: w.user('ada'), channel, expire_at: unix_now() + 2 });
      await subscription.subscribed();
      await ends_with(client, 3006);
    }, { server: 'expiring' }),

  scenario('a user’s own channel is subscribed by itself', async (w) => {
    const channel = `#${w.user('ada')}`;
    const client = w.client({ token: w.token('ada') });
    const subscription = client.server_side(channel);
    await client.connect();
    await subscription.subscribed();
    await w.api('publish', { channel, data: 'for you' });
    assert.equal((await subscription.publication()).data, 'for you');
  }, { server: 'personal' }),

  scenario('the application subscribes who connects', async (w) => {
    const channel = w.channel('chat');
    const client = w.client({ data: { login: w.user('ada'), channels: [channel] } });
    const subscription = client.server_side(channel);
    await client.connect();
    await subscription.subscribed();
    await w.api('publish', { channel, data: 1 });
    assert.equal((await subscription.publication()).data, 1);
  }, { server: 'proxied' }),

  scenario('too many channels in a token are 3505', async (w) => {
    const channels = ['a', 'b', 'c'].map((rest) => w.channel('plain', rest));
    await disconnects(w.client({ token: w.token('ada', { channels }) }).connect(), 3505);
  }, { server: 'narrow' }),
];

export const users = [
  scenario('a user may have so many connections and no more: 3504', async (w) => {
    const first = await w.connected('ada');
    const second = w.client({ token: w.token('ada') });
    await second.connect().catch(() => {});  // whether it was answered before or not
    await ends_with(second, 3504);
    const other = await w.connected('bob');
    await first.publish(w.channel('plain'), {});
    await other.publish(w.channel('plain'), {});
  }, { server: 'narrow' }),

  scenario('a channel that names its users admits them and nobody else', async (w) => {
    const channel = `${w.channel('rooms')}#${w.user('ada')},${w.user('bob')}`;
    const ada = await w.connected('ada');
    const subscription = await ada.subscribe(channel);
    await (await w.connected('bob')).subscribe(channel);
    const eve = await w.connected('eve');
    await assert.rejects(eve.subscribe(channel), { code: 103 });
    await assert.rejects(ada.subscribe(w.channel('rooms')), { code: 103 });
    await eve.subscribe(channel, { token: w.subscription_token('eve', channel) });
    await w.api('publish', { channel, data: 1 });
    assert.equal((await subscription.publication()).data, 1);
  }),
];
