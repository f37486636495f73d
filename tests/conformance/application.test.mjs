// What the application decides: who connects, subscribes, publishes and calls, how long they may;
// and what it is told of those who leave.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { Centrifuge } from 'centrifuge';
import { Centrifuge as Binary } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';

import { ApplicationServer } from './application_server.mjs';
import { RawClient } from './raw_client.mjs';
import { eventually, server_for, start_server_in, token, unix_now,
  within } from './server_process.mjs';

const INTERNAL = { error: { code: 100, message: 'internal server error', temporary: true } };
const error = (code, message = 'no') => ({ error: { code, message } });
const WEBSOCKET = { transport: 'websocket', protocol: 'json', encoding: 'json' };

async function open(t, server, options = {}) {
  const client = await RawClient.open(server, options);
  t.after(() => client.socket.terminate());
  return client;
}

/** A server whose clients are let in by the application, as whom it says. */
async function with_connect(t, answer, more = {}) {
  const application = await ApplicationServer.start(t);
  application.answers['/connect'] = answer;
  const server = await server_for(t, {
    client: { proxy: { connect: { enabled: true, ...application.proxy('/connect', more) } } } });
  return { application, server };
}

/** A server of which `channel`, `rpc` or more is proxied, and a client that is let in by token. */
async function with_channels(t, changes) {
  const application = await ApplicationServer.start(t);
  const server = await server_for(t, changes(application));
  const client = await RawClient.connect(server, 'ada');
  t.after(() => client.socket.terminate());
  return { application, server, client };
}

const namespaces = (options) => [{ name: 'app', ...options }, { name: 'plain',
  allow_subscribe_for_client: true, allow_publish_for_client: true }];

// ---- connect -----------------------------------------------------------------------------------

test('who brings no token is let in as whom the application says', async (t) => {
  const { application, server } = await with_connect(t, () => ({ result: {
    user: 'ada', info: { name: 'Ada' }, data: { hello: 1 } } }), { http_headers: ['Cookie'] });
  const client = await open(t, server,
    { headers: { Cookie: 'session=7', Authorization: 'Bearer x' } });
  const { connect } = await client.call(1, { connect: { name: 'js', version: '5', data: { a: 1 },
    headers: { Authorization: 'emulated', Cookie: 'forged' } } });
  assert.deepEqual(connect.data, { hello: 1 });
  const [event] = application.events;
  assert.equal(event.method, 'POST');
  assert.equal(event.headers['content-type'], 'application/json');
  assert.equal(event.headers.cookie, 'session=7');
  assert.equal(event.headers.authorization, undefined, 'a header that is not listed stays here');
  assert.deepEqual(event.body, { client: connect.client, ...WEBSOCKET, name: 'js', version: '5',
    data: { a: 1 } });
  await client.call(2, { subscribe: { channel: 'chat:x' } });
  const presence = await client.call(3, { presence: { channel: 'chat:x' } });
  assert.deepEqual(presence.presence.presence[connect.client],
    { user: 'ada', client: connect.client, conn_info: { name: 'Ada' } });
});

test('the application subscribes whom it lets in', async (t) => {
  const { server } = await with_connect(t, () => ({ result: { user: 'ada', channels: ['plain:a'],
    subs: { 'chat:b': { data: { hello: 1 } } } } }));
  const client = await open(t, server);
  const { connect } = await client.call(1, { connect: {} });
  assert.deepEqual(Object.keys(connect.subs).sort(), ['chat:b', 'plain:a']);
  assert.deepEqual(connect.subs['chat:b'].data, { hello: 1 });
  await server.api('publish', { channel: 'plain:a', data: { n: 1 } });
  assert.deepEqual((await client.push('pub')).pub.data, { n: 1 });
});

test('an emulated header goes along where it is listed and the request has none', async (t) => {
  const { application, server } = await with_connect(t, () => ({ result: { user: 'ada' } }),
    { http_headers: ['X-Lang'], emulated_headers: ['Authorization', 'X-Lang'] });
  const client = await open(t, server, { headers: { 'X-Lang': 'de' } });
  await client.call(1, { connect: {
    headers: { authorization: 'Bearer y', 'X-Lang': 'en', 'X-User-Id': 'root' } } });
  const { headers } = application.events[0];
  assert.equal(headers.authorization, 'Bearer y');
  assert.equal(headers['x-lang'], 'de');
  assert.equal(headers['x-user-id'], undefined);
});

test('who brings a token is not asked about', async (t) => {
  const { application, server } = await with_connect(t, () => error(1000));
  const client = await open(t, server);
  assert.ok((await client.call(1, { connect: { token: token({ sub: 'bob' }) } })).connect);
  assert.equal(application.events.length, 0);
});

test('an error of the application is the answer, and ends nothing else', async (t) => {
  const { server } = await with_connect(t, () => error(1000, 'not you'));
  const client = await open(t, server);
  assert.deepEqual(await client.call(1, { connect: {} }), error(1000, 'not you'));
  client.send({ id: 2, subscribe: { channel: 'plain:x' } });
  await client.expect_close(3501, 'a command after a refused connect');
});

test('the application ends a connection with a code and a reason of its own', async (t) => {
  const { server } = await with_connect(t, () => ({ disconnect: { code: 4501, reason: 'out' } }));
  const client = await open(t, server);
  client.send({ id: 1, connect: {} });
  const { reason } = await client.expect_close(4501, 'the code of the application');
  assert.equal(reason, 'out');
});

test('no answer, a late one and one that is none are error 100, which is temporary', async (t) => {
  const { application, server } = await with_connect(t, () => null, { timeout: '200ms' });
  for (const answer of [() => null, () => ({ raw: { status: 500 } }),
    () => ({ raw: { text: '<' } }), () => ({ raw: { text: '[]' } }),
    () => ({ result: { user: 7 } }),
    () => ({ raw: { status: 302 } }), () => ({ disconnect: { code: 1 } }),
    () => ({ raw: { text: `{"result":{"user":"${'x'.repeat(2_000_000)}"}}` } })]) {
    application.answers['/connect'] = answer;
    const client = await open(t, server);
    assert.deepEqual(await client.call(1, { connect: {} }), INTERNAL, String(answer));
  }
  await application.close();
  const client = await open(t, server);
  assert.deepEqual(await client.call(1, { connect: {} }), INTERNAL, 'nobody there');
});

test('a slow application holds up the client it is asked about and no other', async (t) => {
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  const { application, server } = await with_connect(t, async () => {
    await gate;
    return { result: { user: 'ada' } };
  }, { timeout: '10s' });
  const waiting = await open(t, server);
  waiting.send({ id: 1, connect: {} }, { id: 2, subscribe: { channel: 'plain:x' } });
  await eventually(() => application.events.length, 'question');
  const other = await RawClient.connect(server, 'bob');
  t.after(() => other.socket.terminate());
  assert.ok((await other.call(2, { publish: { channel: 'plain:x', data: {} } })).publish);
  assert.deepEqual(waiting.unread, []);
  release();
  assert.ok((await waiting.reply(1)).connect);
  assert.ok((await waiting.reply(2)).subscribe);
});

test('so many questions are under way at once, and no more', async (t) => {
  let release;
  const gate = new Promise((resolve) => { release = resolve; });
  const { application, server } = await with_connect(t, async () => {
    await gate;
    return { result: { user: 'ada' } };
  }, { timeout: '20s' });
  const clients = await Promise.all(Array.from({ length: 200 }, () => open(t, server)));
  for (const client of clients) client.send({ id: 1, connect: {} });
  await eventually(() => application.events.length >= 64, '64 questions');
  release();
  await Promise.all(clients.map(async (client) => {
    const { connect, error: refused } = await client.reply(1);
    assert.ok(connect || refused.code === 100, JSON.stringify(refused));
  }));
  assert.equal(application.under_way_max, 64);
});

test('connections that the application bounds in time are prolonged or ended by it', async (t) => {
  const application = await ApplicationServer.start(t);
  const answers = [null, { result: { expire_at: unix_now() + 600 } },
    { result: { expired: true } }];
  application.answers['/refresh'] = () => answers.shift();
  const server = await server_for(t, { client: { proxy: { refresh: { enabled: true,
    ...application.proxy('/refresh', { include_connection_meta: true, timeout: '100ms' }) } } } });
  const client = await open(t, server);
  const { connect } = await client.call(1, { connect: { token: token(
    { sub: 'ada', exp: unix_now() + 2, meta: { plan: 'free' } }) } });
  assert.equal(connect.expires, undefined, 'the client need not care');
  await eventually(() => application.events.length === 2, 'two questions, one of them unanswered',
    20_000);
  assert.deepEqual(application.events[0].body,
    { client: connect.client, ...WEBSOCKET, user: 'ada', meta: { plan: 'free' } });
  assert.ok((await client.call(2, { subscribe: { channel: 'plain:x' } })).subscribe, 'still here');

  const other = await open(t, server);
  await other.call(1, { connect: { token: token({ sub: 'bob', exp: unix_now() + 1 }) } });
  await other.expect_close(3005, 'expired by the application');
  client.send({ id: 3, refresh: { token: token({ sub: 'ada' }) } });
  await client.expect_close(3501, 'a refresh that nobody asked for');
});

// ---- channels ----------------------------------------------------------------------------------

test('the application decides who subscribes, with what and for how long', async (t) => {
  const { application, client } = await with_channels(t, (app) => ({ channel: {
    proxy: { subscribe: app.proxy('/subscribe', { include_connection_meta: true }),
      sub_refresh: app.proxy('/sub_refresh') },
    namespaces: namespaces({ subscribe_proxy_enabled: true, presence: true,
      sub_refresh_proxy_enabled: true, allow_presence_for_subscriber: true }) } }));
  application.answers['/subscribe'] = ({ channel }) => ({
    'app:open': { result: { info: { role: 'admin' }, data: { welcome: true } } },
    'app:brief': { result: { expire_at: unix_now() + 1 } },
    'app:late': { result: { expire_at: unix_now() - 1 } },
    'app:no': error(403, 'permission denied'),
    'app:out': { disconnect: { code: 4500, reason: 'never' } },
  }[channel] ?? { raw: { status: 404 } });
  application.answers['/sub_refresh'] = () => ({ result: { expired: true } });

  const opened = await client.call(2, { subscribe: { channel: 'app:open', data: { key: 1 } } });
  assert.deepEqual(opened.subscribe.data, { welcome: true });
  assert.deepEqual(application.of('/subscribe')[0].body,
    { client: client.id, ...WEBSOCKET, user: 'ada', channel: 'app:open', data: { key: 1 } });
  const { presence } = await client.call(3, { presence: { channel: 'app:open' } });
  assert.deepEqual(presence.presence[client.id].chan_info, { role: 'admin' });
  assert.deepEqual(await client.call(4, { subscribe: { channel: 'app:no' } }),
    error(403, 'permission denied'));
  assert.deepEqual(await client.call(5, { subscribe: { channel: 'app:lost' } }), INTERNAL);
  assert.equal((await client.call(6, { subscribe: { channel: 'app:late' } })).error.code, 110);

  const brief = await client.call(7, { subscribe: { channel: 'app:brief' } });
  assert.equal(brief.subscribe.expires, undefined, 'the client need not care');
  const ended = await client.push('unsubscribe');
  assert.deepEqual([ended.channel, ended.unsubscribe.code], ['app:brief', 2501]);
  assert.equal(application.of('/sub_refresh')[0].body.channel, 'app:brief');

  assert.ok((await client.call(8, { subscribe: { channel: 'plain:x' } })).subscribe);
  const asked = application.of('/subscribe').map(({ body }) => body.channel);
  assert.ok(!asked.includes('plain:x'), 'other namespaces are not asked about');
  client.send({ id: 9, subscribe: { channel: 'app:out' } });
  await client.expect_close(4500, 'ended by the application');
});

test('the application decides what is published, and may change it', async (t) => {
  const { application, client } = await with_channels(t, (app) => ({ channel: {
    proxy: { publish: app.proxy('/publish') },
    namespaces: namespaces({ publish_proxy_enabled: true, allow_subscribe_for_client: true,
      history_size: 10, history_ttl: '60s', allow_history_for_client: true }) } }));
  application.answers['/publish'] = ({ data }) => {
    if (data.bad) return error(1001, 'mind your words');
    if (data.change) return { result: { data: { changed: true }, tags: { by: 'app' } } };
    if (data.passing) return { result: { skip_history: true } };
    return { result: {} };
  };
  await client.call(2, { subscribe: { channel: 'app:x' } });
  const publish = (id, data) => client.call(id, { publish: { channel: 'app:x', data } });
  assert.deepEqual(await publish(3, { n: 1 }), { publish: {} });
  assert.deepEqual((await client.push('pub')).pub.data, { n: 1 });
  assert.deepEqual(await publish(4, { bad: 1 }), error(1001, 'mind your words'));
  assert.deepEqual(await publish(5, { change: 1 }), { publish: {} });
  const { pub } = await client.push('pub');
  assert.deepEqual([pub.data, pub.tags, pub.info.user], [{ changed: true }, { by: 'app' }, 'ada']);
  assert.deepEqual(await publish(6, { passing: 1 }), { publish: {} });
  assert.deepEqual((await client.push('pub')).pub.data, { passing: 1 });
  const { history } = await client.call(7, { history: { channel: 'app:x', limit: 10 } });
  assert.deepEqual(history.publications.map(({ data }) => data), [{ n: 1 }, { changed: true }]);
  assert.deepEqual(application.events[0].body,
    { client: client.id, ...WEBSOCKET, user: 'ada', channel: 'app:x', data: { n: 1 } });
});

// ---- calls -------------------------------------------------------------------------------------

test('calls are answered by the application, by namespace', async (t) => {
  const { application, client } = await with_channels(t, (app) => ({ rpc: {
    proxy: app.proxy('/rpc', { timeout: '300ms' }), without_namespace: { proxy_enabled: true },
    namespaces: [{ name: 'bank', proxy_enabled: true }, { name: 'closed' }] } }));
  application.answers['/rpc'] = ({ method, data }) => ({
    sum: { result: { data: data?.reduce?.((a, b) => a + b) } },
    'bank:pay': error(1002, 'no money'),
    nothing: { result: {} },
    bytes: { result: { b64data: Buffer.from('{"a": 1}').toString('base64') } },
    slow: null,
    out: { disconnect: { code: 4000, reason: 'later' } },
  }[method]);
  const rpc = (id, method, data) => client.call(id, { rpc: { method, data } });
  assert.deepEqual(await rpc(2, 'sum', [1, 2, 3]), { rpc: { data: 6 } });
  assert.deepEqual(await rpc(3, 'bank:pay', {}), error(1002, 'no money'));
  assert.deepEqual(await rpc(4, 'nothing', null), { rpc: {} });
  assert.deepEqual(await rpc(5, 'bytes', {}), { rpc: { data: { a: 1 } } });
  assert.deepEqual(await rpc(6, 'slow', {}), INTERNAL);
  const not_found = error(104, 'method not found');
  assert.deepEqual(await rpc(7, 'closed:x', {}), not_found);
  assert.deepEqual(await rpc(8, 'unknown:x', {}), not_found);
  assert.deepEqual(await rpc(9, 'troupe.anything', {}), not_found);
  assert.deepEqual(application.events.map(({ body }) => body.method),
    ['sum', 'bank:pay', 'nothing', 'bytes', 'slow']);
  client.send({ id: 10, rpc: { method: 'out', data: {} } });
  await client.expect_close(4000, 'ended by the application');
});

test('where nobody answers calls they are not available', async (t) => {
  const { client } = await with_channels(t, () => ({}));
  assert.deepEqual(await client.call(2, { rpc: { method: 'x', data: {} } }),
    error(108, 'not available'));
});

test('payloads of any bytes go to and fro in base64', async (t) => {
  const application = await ApplicationServer.start(t);
  const server = await server_for(t, { rpc: { without_namespace: { proxy_enabled: true },
    proxy: application.proxy('/rpc', { binary_encoding: true }) } });
  application.answers['/rpc'] = ({ b64data }) => ({ result: { b64data } });
  const bytes = new Uint8Array([0, 1, 2, 253, 254, 255]);
  const client = new Binary(server.websocket_url, { websocket: WebSocket,
    token: token({ sub: 'ada' }) });
  t.after(() => client.disconnect());
  client.connect();
  await within(client.ready(), 'connection');
  const { data } = await within(client.rpc('echo', bytes), 'answer');
  assert.deepEqual(new Uint8Array(data), bytes);
  assert.deepEqual([application.events[0].body.protocol, application.events[0].body.encoding],
    ['protobuf', 'binary']);
});

test('bytes that are no JSON are not told where payloads go as JSON', async (t) => {
  const application = await ApplicationServer.start(t);
  const server = await server_for(t, { rpc: { without_namespace: { proxy_enabled: true },
    proxy: application.proxy('/rpc') } });
  const client = new Binary(server.websocket_url, { websocket: WebSocket,
    token: token({ sub: 'ada' }) });
  t.after(() => client.disconnect());
  client.connect();
  await within(client.ready(), 'connection');
  await assert.rejects(within(client.rpc('echo', new Uint8Array([1])), 'answer'), { code: 107 });
  assert.equal(application.events.length, 0);
});

test('the centrifuge client connects, subscribes and calls through it', async (t) => {
  const application = await ApplicationServer.start(t);
  application.answers['/connect'] = () => ({ result: { user: 'ada' } });
  application.answers['/rpc'] = ({ user, method, data }) => (
    { result: { data: [user, method, data] } });
  const server = await server_for(t, {
    client: { proxy: { connect: { enabled: true, ...application.proxy('/connect') } } },
    rpc: { without_namespace: { proxy_enabled: true }, proxy: application.proxy('/rpc') },
    channel: { proxy: { subscribe: application.proxy('/subscribe') },
      namespaces: namespaces({ subscribe_proxy_enabled: true }) } });
  const client = new Centrifuge(server.websocket_url, { websocket: WebSocket });
  t.after(() => client.disconnect());
  client.connect();
  await within(client.ready(), 'connection');
  assert.deepEqual((await client.rpc('hello', { n: 1 })).data, ['ada', 'hello', { n: 1 }]);
  const subscription = client.newSubscription('app:x');
  subscription.subscribe();
  await within(subscription.ready(), 'subscription');
});

// ---- telling -----------------------------------------------------------------------------------

function with_reports(t, more = {}) {
  return with_channels(t, (app) => ({
    client: { proxy: { disconnect: { enabled: true, ...app.proxy('/disconnect', more) } } },
    channel: { proxy: { unsubscribe: app.proxy('/unsubscribe') },
      namespaces: namespaces({ unsubscribe_proxy_enabled: true,
        allow_subscribe_for_client: true }) } }));
}

test('the application is told who has left which channel, and who has gone, and why', async (t) => {
  const { application, server, client } = await with_reports(t);
  await client.call(2, { subscribe: { channel: 'app:a' } });
  await client.call(3, { subscribe: { channel: 'app:b' } });
  await client.call(4, { subscribe: { channel: 'plain:c' } });
  await client.call(5, { unsubscribe: { channel: 'app:a' } });
  await eventually(() => application.of('/unsubscribe').length === 1, 'the first event');
  await client.close();
  await eventually(() => application.of('/disconnect').length === 1, 'the end of the client');
  assert.deepEqual(application.events.map(({ path, body }) => [path, body]), [
    ['/unsubscribe', { client: client.id, ...WEBSOCKET, user: 'ada', channel: 'app:a', code: 0,
      reason: 'client unsubscribed' }],
    ['/unsubscribe', { client: client.id, ...WEBSOCKET, user: 'ada', channel: 'app:b', code: 1,
      reason: 'disconnected' }],
    ['/disconnect', { client: client.id, ...WEBSOCKET, user: 'ada', code: 3000,
      reason: 'connection closed' }]]);

  const rude = await RawClient.connect(server, 'eve');
  rude.send('nonsense');
  await rude.expect_close(3501, 'nonsense');
  const stranger = await RawClient.open(server);
  await stranger.close();
  const cut = await RawClient.connect(server, 'cut');
  cut.socket.terminate();
  await eventually(() => application.of('/disconnect').length === 3, 'the ends of two more');
  const ends = application.of('/disconnect').slice(1).map(({ body }) => [body.user, body.code]);
  assert.deepEqual(ends.sort(), [['cut', 3000], ['eve', 3501]],
    'who never connected is not spoken of');
});

test('events wait while the application is away, and none is lost', async (t) => {
  const { application, server, client } = await with_reports(t);
  await application.close();
  const users = Array.from({ length: 40 }, (_, i) => `user-${i}`);
  for (const user of users) await (await RawClient.connect(server, user)).close();
  await client.close();
  let refusals = 0;
  application.answers['/disconnect'] = () => (++refusals <= 5 ? { raw: { status: 503 } } : {});
  await application.listen();
  const told = () => new Set(application.of('/disconnect').map(({ body }) => body.user));
  await eventually(() => told().size === 41, 'every event', 60_000);
  assert.deepEqual([...told()].sort(), ['ada', ...users].sort());
  await eventually(() => application.of('/disconnect').length >= 46,
    'second attempt of those that were refused', 60_000);
});

/** How many events wait on the server's disk. */
function stored_events(folder) {
  const script = `import sqlite3, sys
print(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
      .execute("select count(*) from event").fetchone()[0])`;
  const { stdout } = spawnSync('python3',
    ['-c', script, path.join(folder, 'data', 'events.sqlite3')], { encoding: 'utf8' });
  return Number(stdout);
}

test('events that wait are on disk, and come after the server was killed', async (t) => {
  const application = await ApplicationServer.start(t);
  const config = { client: { proxy: {
    disconnect: { enabled: true, ...application.proxy('/disconnect') } } } };
  await application.close();
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-events-'));
  let server = await start_server_in(folder, config);
  t.after(() => server.stop());
  const users = Array.from({ length: 30 }, (_, i) => `user-${i}`).sort();
  for (const user of users) await (await RawClient.connect(server, user)).close();
  await eventually(() => stored_events(folder) === users.length, 'every event on disk');
  await server.kill();
  await application.listen();
  server = await start_server_in(folder, config);
  const told = () => [...new Set(application.of('/disconnect').map(({ body }) => body.user))];
  await eventually(() => told().length === users.length, 'every event', 30_000);
  assert.deepEqual(told().sort(), users);
  await eventually(() => stored_events(folder) === 0, 'an empty table');
});

test('a shutdown tells the application of all whom it sends away', async (t) => {
  const { application, server } = await with_reports(t);
  const users = Array.from({ length: 30 }, (_, i) => `user-${i}`);
  await Promise.all(users.map((user) => RawClient.connect(server, user)));
  server.signal('SIGTERM');
  await server.exit();
  const ends = application.of('/disconnect').map(({ body }) => [body.user, body.code]).sort();
  assert.deepEqual(ends, ['ada', ...users].map((user) => [user, 3001]).sort());
});
