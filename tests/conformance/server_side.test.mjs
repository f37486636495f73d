// Subscriptions that the server begins, and what the application does with the connections of its
// users: npm `centrifuge`, unmodified, against the real binary.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

import { eventually, server_for, start_server, token, unix_now, within }
  from './server_process.mjs';
import { TcpProxy } from './tcp_proxy.mjs';

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

/** A client whose events are kept, each kind in a line of its own. */
function client_for(t, claims, { url = server.websocket_url, ...options } = {}) {
  const client = new Centrifuge(url, {
    websocket: WebSocket, minReconnectDelay: 10, maxReconnectDelay: 100,
    token: token(claims), ...options,
  });
  const lines = {};
  for (const kind of ['connected', 'connecting', 'disconnected', 'subscribed', 'subscribing',
    'unsubscribed', 'publication', 'join', 'leave']) {
    const line = { arrived: [], waiting: [] };
    client.on(kind, (context) => {
      const next = line.waiting.shift();
      if (next) next(context);
      else line.arrived.push(context);
    });
    lines[kind] = line;
  }
  client.next = (kind) => {
    const { arrived, waiting } = lines[kind];
    return arrived.length > 0 ? Promise.resolve(arrived.shift())
      : within(new Promise((resolve) => waiting.push(resolve)), `event '${kind}'`);
  };
  client.kept = (kind) => lines[kind].arrived;
  t.after(() => client.disconnect());
  return client;
}

async function connected(client) {
  client.connect();
  await client.next('connecting');
  return client.next('connected');
}

test('the channels of the token arrive as subscriptions of the server', async (t) => {
  const client = client_for(t, { sub: 'ada', channels: ['plain:token'],
    subs: { 'chat:token': { data: { welcome: 1 }, info: { role: 'host' } } } });
  await connected(client);
  const begun = [await client.next('subscribed'), await client.next('subscribed')]
    .sort((a, b) => a.channel.localeCompare(b.channel));
  assert.deepEqual(begun.map(({ channel }) => channel), ['chat:token', 'plain:token']);
  assert.deepEqual([begun[0].recoverable, begun[0].positioned, begun[0].data],
    [true, true, { welcome: 1 }]);
  assert.deepEqual([begun[1].recoverable, begun[1].positioned], [false, false]);
  const joined = await client.next('join');
  assert.deepEqual([joined.channel, joined.info.user, joined.info.chanInfo],
    ['chat:token', 'ada', { role: 'host' }]);
  await server.api('publish', { channel: 'chat:token', data: { n: 1 } });
  await server.api('publish', { channel: 'plain:token', data: { n: 2 } });
  const first = await client.next('publication');
  assert.deepEqual([first.channel, first.data, first.offset], ['chat:token', { n: 1 }, 1]);
  const second = await client.next('publication');
  assert.deepEqual([second.channel, second.data], ['plain:token', { n: 2 }]);
});

test('the application subscribes and unsubscribes all connections of a user', async (t) => {
  const laptop = client_for(t, { sub: 'two-devices' });
  const phone = client_for(t, { sub: 'two-devices' });
  const other = client_for(t, { sub: 'somebody-else' });
  for (const client of [laptop, phone, other]) await connected(client);
  await server.api('subscribe', { user: 'two-devices', channel: 'chat:devices', data: { n: 0 } });
  for (const client of [laptop, phone]) {
    const { channel, recoverable, data } = await client.next('subscribed');
    assert.deepEqual([channel, recoverable, data], ['chat:devices', true, { n: 0 }]);
  }
  await server.api('publish', { channel: 'chat:devices', data: { n: 1 } });
  for (const client of [laptop, phone]) {
    assert.deepEqual((await client.next('publication')).data, { n: 1 });
  }
  await server.api('unsubscribe', { user: 'two-devices', channel: 'chat:devices' });
  for (const client of [laptop, phone]) {
    assert.equal((await client.next('unsubscribed')).channel, 'chat:devices');
  }
  await server.api('publish', { channel: 'chat:devices', data: { n: 2 } });
  // Both are answered after anything that the publication would have caused.
  for (const client of [laptop, phone, other]) await client.publish('plain:devices', {});
  for (const client of [laptop, phone]) assert.deepEqual(client.kept('publication'), []);
  assert.deepEqual(other.kept('subscribed'), []);
});

test('a subscription of the server recovers what was missed while the client was away',
  async (t) => {
    const proxy = await TcpProxy.to(server.port);
    t.after(() => proxy.close());
    const client = client_for(t, { sub: 'ada', channels: ['chat:recovered'] },
      { url: proxy.websocket_url });
    await connected(client);
    assert.equal((await client.next('subscribed')).wasRecovering, false);
    await server.api('publish', { channel: 'chat:recovered', data: { n: 1 } });
    assert.deepEqual((await client.next('publication')).data, { n: 1 });
    proxy.cut();
    await client.next('connecting');
    for (let n = 2; n <= 5; ++n) {
      await server.api('publish', { channel: 'chat:recovered', data: { n } });
    }
    proxy.mend();
    await client.next('connected');
    const again = await client.next('subscribed');
    assert.deepEqual([again.wasRecovering, again.recovered], [true, true]);
    await server.api('publish', { channel: 'chat:recovered', data: { n: 6 } });
    const received = [];
    while (received.length < 5) received.push((await client.next('publication')).data.n);
    assert.deepEqual(received, [2, 3, 4, 5, 6]);
  });

test('what cannot be recovered is said so', async (t) => {
  const proxy = await TcpProxy.to(server.port);
  t.after(() => proxy.close());
  const client = client_for(t, { sub: 'ada', channels: ['short:lost'] },
    { url: proxy.websocket_url });
  await connected(client);
  await client.next('subscribed');
  await server.api('publish', { channel: 'short:lost', data: { n: 1 } });
  await client.next('publication');
  proxy.cut();
  await client.next('connecting');
  for (let n = 2; n <= 9; ++n) await server.api('publish', { channel: 'short:lost', data: { n } });
  proxy.mend();
  const again = await client.next('subscribed');
  assert.deepEqual([again.wasRecovering, again.recovered, again.streamPosition.offset],
    [true, false, 9]);
});

test('the personal channel reaches every connection of its user and nobody else', async (t) => {
  const personal = await server_for(t, { client: { subscribe_to_user_personal_channel:
    { enabled: true, personal_channel_namespace: 'chat' } } });
  const url = personal.websocket_url;
  const laptop = client_for(t, { sub: 'ada' }, { url });
  const phone = client_for(t, { sub: 'ada' }, { url });
  const bob = client_for(t, { sub: 'bob' }, { url });
  for (const client of [laptop, phone, bob]) {
    await connected(client);
    await client.next('subscribed');
  }
  await personal.api('publish', { channel: 'chat:#ada', data: { for: 'ada' } });
  for (const client of [laptop, phone]) {
    const { channel, data } = await client.next('publication');
    assert.deepEqual([channel, data], ['chat:#ada', { for: 'ada' }]);
  }
  await bob.publish('plain:x', {});
  assert.deepEqual(bob.kept('publication'), []);
});

test('with single_connection the newest connection of a user stays', async (t) => {
  const single = await server_for(t, { client: { subscribe_to_user_personal_channel:
    { enabled: true, single_connection: true } } });
  const first = client_for(t, { sub: 'ada' }, { url: single.websocket_url });
  await connected(first);
  const second = client_for(t, { sub: 'ada' }, { url: single.websocket_url });
  await connected(second);
  assert.deepEqual(await first.next('disconnected'), { code: 3504, reason: 'connection limit' });
  assert.equal(second.state, 'connected');
});

test('a user over its limit of connections is disconnected for good with 3504', async (t) => {
  const limited = await server_for(t, { client: { user_connection_limit: 1 } });
  const first = client_for(t, { sub: 'ada' }, { url: limited.websocket_url });
  await connected(first);
  const second = client_for(t, { sub: 'ada' }, { url: limited.websocket_url });
  second.connect();
  assert.deepEqual(await second.next('disconnected'), { code: 3504, reason: 'connection limit' });
  assert.equal(second.state, 'disconnected');
  first.disconnect();
  const third = client_for(t, { sub: 'ada' }, { url: limited.websocket_url });
  await eventually(async () => {
    const { nodes } = await limited.api('info', {});
    return nodes[0].num_clients === 0;
  }, 'the end of the first connection');
  await connected(third);
});

test('a disconnect carries the code of the application, which says who comes back', async (t) => {
  const client = client_for(t, { sub: 'to-be-told' });
  const spared = client_for(t, { sub: 'to-be-told' });
  await connected(client);
  const { client: id } = await connected(spared);
  await server.api('disconnect', { user: 'to-be-told', whitelist: [id],
    disconnect: { code: 4100, reason: 'come back' } });
  assert.deepEqual(await client.next('connecting'), { code: 4100, reason: 'come back' });
  await client.next('connected');
  await server.api('disconnect', { user: 'to-be-told', whitelist: [id],
    disconnect: { code: 4500, reason: 'stay away' } });
  assert.deepEqual(await client.next('disconnected'), { code: 4500, reason: 'stay away' });
  assert.equal(spared.state, 'connected');
  await server.api('disconnect', { user: 'to-be-told' });
  assert.deepEqual(await spared.next('disconnected'),
    { code: 3503, reason: 'force disconnect' });
});

test('a client subscription that the application ends stays ended', async (t) => {
  const client = client_for(t, { sub: 'unsubscribed-by-app' });
  await connected(client);
  const subscription = client.newSubscription('chat:app-ends');
  const begun = within(new Promise((resolve) => subscription.on('subscribed', resolve)), 'answer');
  subscription.subscribe();
  await begun;
  const ended = within(new Promise((resolve) => subscription.on('unsubscribed', resolve)), 'end');
  await server.api('unsubscribe', { user: 'unsubscribed-by-app', channel: 'chat:app-ends' });
  const { code, reason } = await ended;
  assert.deepEqual([code, reason], [2000, 'server unsubscribe']);
  assert.equal(subscription.state, 'unsubscribed');
});

test('a refresh by the application lets a connection go on, or ends it', async (t) => {
  let asked = 0;
  const client = client_for(t, { sub: 'refreshed' },
    { getToken: async () => { asked += 1; return token({ sub: 'refreshed' }); } });
  await connected(client);
  await server.api('refresh', { user: 'refreshed', expire_at: unix_now() + 3600,
    info: { name: 'New' } });
  await server.api('subscribe', { user: 'refreshed', channel: 'chat:refreshed' });
  assert.deepEqual((await client.next('join')).info.connInfo, { name: 'New' });
  assert.equal(asked, 0);
  await server.api('refresh', { user: 'refreshed', expired: true });
  assert.deepEqual(await client.next('connecting'),
    { code: 3005, reason: 'connection expired' });
});
