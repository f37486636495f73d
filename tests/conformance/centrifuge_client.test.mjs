// npm `centrifuge`, unmodified, in JSON, against the real binary.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

import { eventually, server_for, start_server, token, unix_now, within }
  from './server_process.mjs';
import { TcpProxy } from './tcp_proxy.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

/** A client that ends with its test. */
function client_for(t, options = {}, url = server.websocket_url) {
  const client = new Centrifuge(url, {
    websocket: WebSocket,
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
    ...options,
  });
  t.after(() => client.disconnect());
  return client;
}

const user = (name) => ({ token: token({ sub: name }) });

/** A WebSocket class that shows every message to `listen` before the client reads it. */
const listening_socket = (listen) => class extends WebSocket {
  constructor(...parameters) {
    super(...parameters);
    this.on('message', (data) => data.toString().split('\n').forEach(listen));
  }
};

/** The next event of that name. Ask before causing it. */
const event_of = (emitter, name) =>
  within(new Promise((resolve) => emitter.once(name, resolve)), `event '${name}'`);

async function connected(client) {
  const context = event_of(client, 'connected');
  client.connect();
  return context;
}

async function subscribed(subscription) {
  const context = event_of(subscription, 'subscribed');
  subscription.subscribe();
  return context;
}

/** Collects publications; `until(n)` gives the first n data. */
function collector(subscription) {
  const publications = [];
  let announce = () => {};
  subscription.on('publication', (publication) => {
    publications.push(publication);
    announce();
  });
  return {
    publications,
    async until(count) {
      await within(new Promise((resolve) => {
        announce = () => { if (publications.length >= count) resolve(); };
        announce();
      }), `${count} publications`);
      return publications.map(({ data }) => data);
    },
  };
}

async function rejection(promise) {
  const outcome = await within(promise.then(() => null, (error) => error), 'answer');
  assert.ok(outcome, 'the request should be refused');
  return { code: outcome.code, message: outcome.message };
}

test('a client with a valid token connects and gets an id of its own', async (t) => {
  const first = await connected(client_for(t, user('ada')));
  const second = await connected(client_for(t, user('ada')));
  assert.match(first.client, UUID);
  assert.match(second.client, UUID);
  assert.notEqual(first.client, second.client);
  assert.equal(first.transport, 'websocket');
});

test('an anonymous client connects only where that is allowed', async (t) => {
  const refused = client_for(t);
  const gone = event_of(refused, 'disconnected');
  refused.connect();
  assert.deepEqual(await gone, { code: 3501, reason: 'bad request' });

  const open = await server_for(t, { client: { allow_anonymous_connect_without_token: true } });
  const anonymous = client_for(t, {}, open.websocket_url);
  assert.match((await connected(anonymous)).client, UUID);
  assert.deepEqual(await rejection(anonymous.publish('plain:x', {})),
    { code: 103, message: 'permission denied' });
});

test('an insecure server lets a client without a token do what namespaces offer', async (t) => {
  const open = await server_for(t, {
    client: { insecure: true },
    channel: { without_namespace: { allow_subscribe_for_client: false,
      allow_publish_for_client: false } },
  });
  const client = client_for(t, {}, open.websocket_url);
  await connected(client);
  const subscription = client.newSubscription('room');
  await subscribed(subscription);
  const received = collector(subscription);
  await client.publish('room', { n: 1 });
  assert.deepEqual(await received.until(1), [{ n: 1 }]);
});

test('a forged token is refused for good with 3500', async (t) => {
  for (const forged of [
    token({ sub: 'eve' }, 'another-secret-of-thirty-two-bytes-or-so'),
    token({ sub: 'eve' }, '', { alg: 'none', typ: 'JWT' }),
    token({ sub: 'eve' }, '', { alg: 'none', typ: 'JWT' }).replace(/[^.]*$/, ''),
    token({ sub: 'eve', channel: 'chat:x' }),
    'not.a.token',
  ]) {
    const client = client_for(t, { token: forged });
    const gone = event_of(client, 'disconnected');
    client.connect();
    assert.deepEqual(await gone, { code: 3500, reason: 'invalid token' });
    assert.equal(client.state, 'disconnected');
  }
});

test('an expired token gets 109 and the client comes back with a fresh one', async (t) => {
  let asked = 0;
  const client = client_for(t, {
    token: token({ sub: 'ada', exp: unix_now() - 60 }),
    getToken: async () => { asked += 1; return token({ sub: 'ada', exp: unix_now() + 3600 }); },
  });
  const error = event_of(client, 'error');
  const context = event_of(client, 'connected');
  client.connect();
  const { type, error: { code, message } } = await error;
  assert.deepEqual([type, code, message], ['connect', 109, 'token expired']);
  assert.match((await context).client, UUID);
  assert.equal(asked, 1);
});

test('a token about to expire is refreshed without losing the connection', async (t) => {
  let answered;
  const refreshed = new Promise((resolve) => { answered = resolve; });
  const client = client_for(t, {
    token: token({ sub: 'ada', exp: unix_now() + 2 }),
    getToken: async () => token({ sub: 'ada', exp: unix_now() + 3600 }),
    websocket: listening_socket((text) => { if (text.includes('"refresh":{')) answered(text); }),
  });
  await connected(client);
  const interrupted = [];
  client.on('connecting', (context) => interrupted.push(context));
  client.on('error', (context) => interrupted.push(context));
  const { refresh } = JSON.parse(await within(refreshed, 'answer to the refresh'));
  assert.equal(refresh.expires, true);
  assert.ok(refresh.ttl > 3590 && refresh.ttl <= 3600, `ttl ${refresh.ttl}`);
  await client.publish('plain:after-refresh', {});
  assert.deepEqual(interrupted, []);
});

test('a publication reaches every subscriber and names its author', async (t) => {
  const ada = client_for(t, user('ada'));
  const bob = client_for(t, user('bob'));
  const { client: ada_id } = await connected(ada);
  await connected(bob);
  const mine = ada.newSubscription('chat:authors');
  const theirs = bob.newSubscription('chat:authors');
  const context = await subscribed(mine);
  await subscribed(theirs);
  assert.equal(context.recoverable, true);
  assert.equal(context.positioned, true);
  assert.equal(context.wasRecovering, false);
  assert.equal(context.recovered, false);
  assert.equal(context.streamPosition.offset, 0);
  assert.notEqual(context.streamPosition.epoch, '');
  const at_ada = collector(mine);
  const at_bob = collector(theirs);
  await mine.publish({ text: 'hello "world" ✓', n: 1.5, deep: [null, true, {}] });
  for (const received of [at_ada, at_bob]) {
    assert.deepEqual(await received.until(1),
      [{ text: 'hello "world" ✓', n: 1.5, deep: [null, true, {}] }]);
    const [publication] = received.publications;
    assert.equal(publication.channel, 'chat:authors');
    assert.equal(publication.offset, 1);
    assert.equal(publication.info.user, 'ada');
    assert.equal(publication.info.client, ada_id);
  }
});

test('an unsubscribed client receives nothing more and can subscribe again', async (t) => {
  const client = client_for(t, user('ada'));
  await connected(client);
  const subscription = client.newSubscription('plain:leaving');
  const witness = client_for(t, user('bob'));
  await connected(witness);
  const watching = witness.newSubscription('plain:leaving');
  await subscribed(watching);
  const at_witness = collector(watching);
  await subscribed(subscription);
  const received = collector(subscription);
  await server.api('publish', { channel: 'plain:leaving', data: { n: 1 } });
  await received.until(1);

  subscription.unsubscribe();
  // Commands of one connection are handled in order: this answer follows the unsubscribe.
  await client.publish('plain:elsewhere', {});
  await server.api('publish', { channel: 'plain:leaving', data: { n: 2 } });
  assert.deepEqual(await at_witness.until(2), [{ n: 1 }, { n: 2 }]);

  client.removeSubscription(subscription);
  const again = client.newSubscription('plain:leaving');
  await subscribed(again);
  const received_again = collector(again);
  await server.api('publish', { channel: 'plain:leaving', data: { n: 3 } });
  assert.deepEqual(await received_again.until(1), [{ n: 3 }]);
  assert.deepEqual(received.publications.map(({ data }) => data), [{ n: 1 }]);
});

test('history pages forwards, backwards and from a position', async (t) => {
  const client = client_for(t, user('ada'));
  await connected(client);
  const channel = 'chat:pages';
  for (let n = 1; n <= 10; ++n) await client.publish(channel, { n });
  const numbers = (page) => page.publications.map(({ data, offset }) => {
    assert.equal(data.n, offset, 'the offset belongs to its publication');
    return offset;
  });

  const top = await client.history(channel, { limit: 0 });
  assert.deepEqual(numbers(top), []);
  assert.equal(top.offset, 10);
  const { epoch } = top;
  assert.notEqual(epoch, '');
  const page = async (options) => {
    const result = await client.history(channel, options);
    assert.equal(result.epoch, epoch);
    assert.equal(result.offset, 10);
    return numbers(result);
  };
  assert.deepEqual(await page({ limit: -1 }), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(await page({ limit: 3 }), [1, 2, 3]);
  assert.deepEqual(await page({ limit: 3, reverse: true }), [10, 9, 8]);
  assert.deepEqual(await page({ limit: 3, since: { offset: 4, epoch } }), [5, 6, 7]);
  assert.deepEqual(await page({ limit: 3, since: { offset: 4, epoch }, reverse: true }), [3, 2, 1]);
  assert.deepEqual(await page({ limit: -1, since: { offset: 10, epoch } }), []);
  assert.deepEqual(await rejection(client.history(channel,
    { limit: 1, since: { offset: 4, epoch: 'another' } })),
  { code: 112, message: 'unrecoverable position' });
});

test('presence lists who is subscribed and forgets who left', async (t) => {
  const channel = 'chat:presence';
  const ada = client_for(t, user('ada'));
  const tab = client_for(t, user('ada'));
  const bob = client_for(t, { token: token({ sub: 'bob', info: { name: 'Bob' } }) });
  const ids = [];
  for (const client of [ada, tab, bob]) ids.push((await connected(client)).client);
  const subscription = ada.newSubscription(channel);
  await subscribed(subscription);
  await subscribed(tab.newSubscription(channel));
  const leaving = bob.newSubscription(channel);
  await subscribed(leaving);

  const { clients } = await subscription.presence();
  assert.deepEqual(Object.keys(clients).sort(), [...ids].sort());
  assert.deepEqual(ids.map((id) => clients[id].user), ['ada', 'ada', 'bob']);
  assert.deepEqual(ids.map((id) => clients[id].client), ids);
  assert.deepEqual(clients[ids[2]].connInfo, { name: 'Bob' });
  assert.deepEqual(await subscription.presenceStats(), { numClients: 3, numUsers: 2 });

  const left = event_of(subscription, 'leave');
  leaving.unsubscribe();
  await left;
  assert.deepEqual(await subscription.presenceStats(), { numClients: 2, numUsers: 1 });
  assert.equal((await subscription.presence()).clients[ids[2]], undefined);
});

test('join and leave are told, also when a connection just dies', async (t) => {
  const channel = 'chat:doors';
  const proxy = await TcpProxy.to(server.port);
  t.after(() => proxy.close());
  const ada = client_for(t, user('ada'));
  const bob = client_for(t, user('bob'), proxy.websocket_url);
  await connected(ada);
  const { client: bob_id } = await connected(bob);
  const subscription = ada.newSubscription(channel);
  const own = event_of(subscription, 'join');
  await subscribed(subscription);
  assert.equal((await own).info.user, 'ada');

  const joined = event_of(subscription, 'join');
  await subscribed(bob.newSubscription(channel));
  const join = await joined;
  assert.equal(join.channel, channel);
  assert.deepEqual([join.info.user, join.info.client], ['bob', bob_id]);

  const left = event_of(subscription, 'leave');
  proxy.cut();
  const leave = await left;
  assert.deepEqual([leave.info.user, leave.info.client], ['bob', bob_id]);
});

test('an unknown namespace is 102 and a forbidden one 103', async (t) => {
  const client = client_for(t, user('ada'));
  await connected(client);
  for (const [channel, code, reason] of [['nowhere:x', 102, 'unknown channel'],
    ['closed:x', 103, 'permission denied']]) {
    const subscription = client.newSubscription(channel);
    const refused = event_of(subscription, 'unsubscribed');
    subscription.subscribe();
    assert.deepEqual(await refused, { channel, code, reason });
    for (const request of [client.publish(channel, {}), client.history(channel, { limit: 1 })]) {
      assert.deepEqual(await rejection(request), { code, message: reason });
    }
  }
  assert.deepEqual(await rejection(client.presence('closed:x')),
    { code: 103, message: 'permission denied' });
  assert.deepEqual(await rejection(client.publish('readonly:x', {})),
    { code: 103, message: 'permission denied' });
  assert.equal(client.state, 'connected');
});

test('what a namespace does not offer is 108', async (t) => {
  const client = client_for(t, user('ada'));
  await connected(client);
  const unavailable = { code: 108, message: 'not available' };
  assert.deepEqual(await rejection(client.history('plain:x', { limit: 1 })), unavailable);
  assert.deepEqual(await rejection(client.presence('plain:x')), unavailable);
  assert.deepEqual(await rejection(client.presenceStats('plain:x')), unavailable);
  assert.deepEqual(await rejection(client.rpc('weather', { city: 'Rome' })), unavailable);
  assert.equal(client.state, 'connected');
});

test('a client that was cut off recovers exactly what it missed, in order', async (t) => {
  const channel = 'chat:recovery';
  const proxy = await TcpProxy.to(server.port);
  t.after(() => proxy.close());
  const client = client_for(t, user('ada'), proxy.websocket_url);
  const { client: first_id } = await connected(client);
  const subscription = client.newSubscription(channel);
  await subscribed(subscription);
  const received = collector(subscription);
  const other = client_for(t, user('bob'));
  await connected(other);
  for (let n = 1; n <= 5; ++n) await other.publish(channel, { n });
  await received.until(5);

  const lost = event_of(client, 'connecting');
  proxy.cut();
  await lost;
  for (let n = 6; n <= 105; ++n) await other.publish(channel, { n });
  assert.equal(received.publications.length, 5);
  const back = event_of(client, 'connected');
  const resumed = event_of(subscription, 'subscribed');
  proxy.mend();
  assert.notEqual((await back).client, first_id);
  const context = await resumed;
  assert.equal(context.wasRecovering, true);
  assert.equal(context.recovered, true);
  await other.publish(channel, { n: 106 });
  const one_to_106 = Array.from({ length: 106 }, (_, index) => index + 1);
  assert.deepEqual(await received.until(106), one_to_106.map((n) => ({ n })));
  assert.deepEqual(received.publications.map(({ offset }) => offset), one_to_106);
});

test('a client that missed nothing recovers with nothing', async (t) => {
  const channel = 'chat:nothing-missed';
  const proxy = await TcpProxy.to(server.port);
  t.after(() => proxy.close());
  const client = client_for(t, user('ada'), proxy.websocket_url);
  await connected(client);
  const subscription = client.newSubscription(channel);
  await subscribed(subscription);
  const received = collector(subscription);
  await server.api('publish', { channel, data: { n: 1 } });
  await received.until(1);
  const resumed = event_of(subscription, 'subscribed');
  proxy.cut();
  proxy.mend();
  const context = await resumed;
  assert.deepEqual([context.wasRecovering, context.recovered], [true, true]);
  await server.api('publish', { channel, data: { n: 2 } });
  assert.deepEqual(await received.until(2), [{ n: 1 }, { n: 2 }]);
});

test('a gap larger than the history is told as not recovered', async (t) => {
  const channel = 'short:overflow';
  const proxy = await TcpProxy.to(server.port);
  t.after(() => proxy.close());
  const client = client_for(t, user('ada'), proxy.websocket_url);
  await connected(client);
  const subscription = client.newSubscription(channel);
  await subscribed(subscription);
  const received = collector(subscription);
  await server.api('publish', { channel, data: { n: 1 } });
  await received.until(1);
  const lost = event_of(client, 'connecting');
  proxy.cut();
  await lost;
  for (let n = 2; n <= 6; ++n) await server.api('publish', { channel, data: { n } });
  const resumed = event_of(subscription, 'subscribed');
  proxy.mend();
  const context = await resumed;
  assert.deepEqual([context.wasRecovering, context.recovered], [true, false]);
  assert.equal(context.streamPosition.offset, 6);
  await server.api('publish', { channel, data: { n: 7 } });
  assert.deepEqual(await received.until(2), [{ n: 1 }, { n: 7 }]);
});

test('a new subscription starts after a position the client kept', async (t) => {
  const channel = 'chat:since';
  const client = client_for(t, user('ada'));
  await connected(client);
  for (let n = 1; n <= 4; ++n) await client.publish(channel, { n });
  const { epoch } = await client.history(channel, { limit: 0 });
  const subscription = client.newSubscription(channel, { since: { offset: 2, epoch } });
  const received = collector(subscription);
  const context = await subscribed(subscription);
  assert.deepEqual([context.wasRecovering, context.recovered], [true, true]);
  assert.deepEqual(await received.until(2), [{ n: 3 }, { n: 4 }]);
});

test('a connection that answers the pings stays', async (t) => {
  const impatient = await server_for(t,
    { client: { ping_interval: '1s', pong_timeout: '500ms' } });
  let pings = 0;
  let announce = () => {};
  const websocket = listening_socket((text) => {
    if (text === '{}') { pings += 1; announce(); }
  });
  const client = client_for(t, { ...user('ada'), websocket }, impatient.websocket_url);
  await connected(client);
  const interrupted = [];
  client.on('connecting', (context) => interrupted.push(context));
  await within(new Promise((resolve) => {
    announce = () => { if (pings >= 3) resolve(); };
  }), 'third ping');
  await client.publish('plain:alive', {});
  assert.deepEqual(interrupted, []);
});

test('a server that has stopped answering is left, and found again', async (t) => {
  const frozen = await server_for(t, { client: { ping_interval: '1s', pong_timeout: '800ms' } });
  const client = client_for(t, { ...user('ada'), maxServerPingDelay: 500 },
    frozen.websocket_url);
  await connected(client);
  const lost = event_of(client, 'connecting');
  frozen.signal('SIGSTOP');
  try {
    assert.equal((await lost).reason, 'no ping');
  } finally {
    frozen.signal('SIGCONT');
  }
  await eventually(() => client.state === 'connected', 'connection after the pause');
  await client.publish('plain:back', {});
});

test('a client that its user disconnects leaves at once', async (t) => {
  const channel = 'chat:goodbye';
  const ada = client_for(t, user('ada'));
  const bob = client_for(t, user('bob'));
  await connected(ada);
  await connected(bob);
  const subscription = ada.newSubscription(channel);
  await subscribed(subscription);
  await subscribed(bob.newSubscription(channel));
  const left = event_of(subscription, 'leave');
  bob.disconnect();
  assert.equal((await left).info.user, 'bob');
  const { num_clients } = await server.api('presence_stats', { channel });
  assert.equal(num_clients, 1);
});
