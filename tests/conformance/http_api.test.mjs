// The server HTTP API: methods, keys, statuses, error bodies, idempotency.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { RawClient } from './raw_client.mjs';
import { API_KEY, start_server } from './server_process.mjs';

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

async function subscriber(t, channel, user = 'ada') {
  const client = await RawClient.connect(server, user);
  t.after(() => client.socket.terminate());
  assert.ok((await client.call(2, { subscribe: { channel } })).subscribe);
  return client;
}

/** POST with the error mode that maps API errors to HTTP statuses. */
const with_transport_errors = (method, body) => server.post(method, body,
  { 'X-API-Key': API_KEY, 'X-Centrifugo-Error-Mode': 'transport' });

test('the key is taken from either header or the query', async () => {
  const body = { channel: 'plain:key', data: {} };
  for (const [headers, query] of [
    [{ 'X-API-Key': API_KEY }, ''],
    [{ Authorization: `apikey ${API_KEY}` }, ''],
    [{}, `?api_key=${API_KEY}`],
  ]) {
    const { status, body: answer } = await server.post('publish', body, headers, query);
    assert.equal(status, 200, JSON.stringify(headers) + query);
    assert.deepEqual(answer, { result: {} });
  }
});

test('a missing or wrong key is 401 and nothing is published', async (t) => {
  const client = await subscriber(t, 'plain:key-refused');
  const body = { channel: 'plain:key-refused', data: { forged: true } };
  for (const [headers, query] of [
    [{}, ''],
    [{ 'X-API-Key': `${API_KEY}x` }, ''],
    [{ 'X-API-Key': '' }, ''],
    [{ Authorization: `apikey ${API_KEY.slice(1)}` }, ''],
    [{ Authorization: `Bearer ${API_KEY}` }, ''],
    [{}, '?api_key='],
  ]) {
    const { status } = await server.post('publish', body, headers, query);
    assert.equal(status, 401, JSON.stringify(headers) + query);
  }
  await server.api('publish', { channel: 'plain:key-refused', data: { forged: false } });
  assert.deepEqual((await client.push('pub')).pub.data, { forged: false });
});

test('anything but POST is 405 and an unknown method is 404', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const response = await fetch(`${server.url}/api/publish`,
      { method, headers: { 'X-API-Key': API_KEY } });
    await response.arrayBuffer();
    assert.equal(response.status, 405, method);
  }
  assert.equal((await server.post('frobnicate', {})).status, 404);
});

test('a body that cannot be decoded is 400', async () => {
  for (const body of ['', 'hello', '{"channel":', '[]', '{"channel":7,"data":{}}',
    '{"channel":"plain:x","data":{"a":01}}']) {
    assert.equal((await server.post('publish', body)).status, 400, body);
  }
});

test('publish reaches the subscribers and gives the position', async (t) => {
  const client = await subscriber(t, 'chat:api-publish');
  const first = await server.api('publish', { channel: 'chat:api-publish', data: { n: 1 } });
  assert.deepEqual(Object.keys(first).sort(), ['epoch', 'offset']);
  assert.equal(first.offset, 1);
  const second = await server.api('publish',
    { channel: 'chat:api-publish', data: { n: 2 }, tags: { kind: 'test' } });
  assert.deepEqual(second, { offset: 2, epoch: first.epoch });
  assert.deepEqual((await client.push('pub')).pub.data, { n: 1 });
  const { pub } = await client.push('pub');
  assert.deepEqual([pub.data, pub.offset, pub.tags], [{ n: 2 }, 2, { kind: 'test' }]);
  assert.equal(pub.info, undefined, 'only what a client published has an author');
});

test('publish takes base64 and a pretty-printed payload', async (t) => {
  const client = await subscriber(t, 'plain:payloads');
  const b64data = Buffer.from('{"from":"base64"}').toString('base64');
  await server.api('publish', { channel: 'plain:payloads', b64data });
  assert.deepEqual((await client.push('pub')).pub.data, { from: 'base64' });
  const { status } = await server.post('publish',
    '{"channel":"plain:payloads","data":{\n  "text": "two\\nlines",\n  "n": 1\n}}');
  assert.equal(status, 200);
  const { message, text } = await client.next((m) => m.push, 'push');
  assert.deepEqual(message.push.pub.data, { text: 'two\nlines', n: 1 });
  assert.equal(text.includes('\n'), false, 'a newline would end the message');
});

test('publish may leave the history alone', async (t) => {
  const client = await subscriber(t, 'chat:skip');
  await server.api('publish', { channel: 'chat:skip', data: { n: 1 }, skip_history: true });
  assert.deepEqual((await client.push('pub')).pub.data, { n: 1 });
  const { publications, offset } = await server.api('history', { channel: 'chat:skip', limit: -1 });
  assert.deepEqual([publications, offset], [[], 0]);
});

test('the same idempotency key publishes once and answers twice', async (t) => {
  const client = await subscriber(t, 'chat:idempotent');
  const publish = (key, n) => server.api('publish',
    { channel: 'chat:idempotent', data: { n }, idempotency_key: key });
  const first = await publish('key-1', 1);
  assert.deepEqual(await publish('key-1', 2), first);
  assert.equal((await publish('key-2', 3)).offset, 2);
  const at_once = await Promise.all(Array.from({ length: 10 }, () => publish('key-3', 4)));
  for (const answer of at_once) assert.equal(answer.offset, 3);
  await publish('key-4', 5);
  for (const n of [1, 3, 4, 5]) assert.deepEqual((await client.push('pub')).pub.data, { n });
});

test('the errors of the API are 200 with a code, or a status where that is asked', async () => {
  for (const [method, body, error, status] of [
    ['publish', { channel: 'nowhere:x', data: {} }, { code: 102, message: 'unknown channel' }, 404],
    ['publish', { data: {} }, { code: 107, message: 'bad request' }, 400],
    ['publish', { channel: 'plain:x' }, { code: 107, message: 'bad request' }, 400],
    ['history', { channel: 'plain:x' }, { code: 108, message: 'not available' }, 400],
    ['presence', { channel: 'plain:x' }, { code: 108, message: 'not available' }, 400],
    ['history', { channel: 'chat:x', limit: 1, since: { offset: 1, epoch: 'no' } },
      { code: 112, message: 'unrecoverable position' }, 416],
  ]) {
    const answer = await server.post(method, body);
    assert.equal(answer.status, 200, JSON.stringify([method, body]));
    assert.deepEqual(answer.body, { error });
    const as_status = await with_transport_errors(method, body);
    assert.equal(as_status.status, status);
    assert.deepEqual(as_status.body, error, 'the error itself, as its status says what it is');
  }
  const fine = await with_transport_errors('publish', { channel: 'plain:x', data: {} });
  assert.equal(fine.status, 200);
});

test('broadcast answers for each channel', async (t) => {
  const one = await subscriber(t, 'chat:broadcast-1');
  const two = await subscriber(t, 'plain:broadcast-2');
  const { responses } = await server.api('broadcast',
    { channels: ['chat:broadcast-1', 'nowhere:x', 'plain:broadcast-2'], data: { all: true } });
  assert.equal(responses.length, 3);
  assert.equal(responses[0].result.offset, 1);
  assert.match(responses[0].result.epoch, /\S/);
  assert.deepEqual(responses[1], { error: { code: 102, message: 'unknown channel' } });
  assert.deepEqual(responses[2], { result: {} });
  for (const client of [one, two]) {
    assert.deepEqual((await client.push('pub')).pub.data, { all: true });
  }
});

test('history gives pages, also to the application where clients may not', async () => {
  const channel = 'closed:api-history';
  for (let n = 1; n <= 5; ++n) await server.api('publish', { channel, data: { n } });
  const page = async (options) => {
    const { publications, offset, epoch } = await server.api('history', { channel, ...options });
    assert.equal(offset, 5);
    assert.match(epoch, /\S/);
    return { epoch, offsets: publications.map((publication) => publication.offset) };
  };
  const { epoch, offsets } = await page({ limit: -1 });
  assert.deepEqual(offsets, [1, 2, 3, 4, 5]);
  assert.deepEqual((await page({})).offsets, []);
  assert.deepEqual((await page({ limit: 2, reverse: true })).offsets, [5, 4]);
  assert.deepEqual((await page({ limit: 2, since: { offset: 2, epoch } })).offsets, [3, 4]);
});

test('history_remove drops the publications and keeps the position', async () => {
  const channel = 'chat:api-remove';
  const { epoch } = await server.api('publish', { channel, data: { n: 1 } });
  assert.deepEqual(await server.api('history_remove', { channel }), {});
  assert.deepEqual(await server.api('history', { channel, limit: -1 }),
    { publications: [], offset: 1, epoch });
  assert.deepEqual(await server.api('publish', { channel, data: { n: 2 } }), { offset: 2, epoch });
});

test('presence and its figures tell who is there', async (t) => {
  const channel = 'chat:api-presence';
  assert.deepEqual(await server.api('presence', { channel }), { presence: {} });
  assert.deepEqual(await server.api('presence_stats', { channel }),
    { num_clients: 0, num_users: 0 });
  const ada = await subscriber(t, channel, 'ada');
  const tab = await subscriber(t, channel, 'ada');
  const bob = await subscriber(t, channel, 'bob');
  const { presence } = await server.api('presence', { channel });
  assert.deepEqual(presence, {
    [ada.id]: { user: 'ada', client: ada.id },
    [tab.id]: { user: 'ada', client: tab.id },
    [bob.id]: { user: 'bob', client: bob.id },
  });
  assert.deepEqual(await server.api('presence_stats', { channel }),
    { num_clients: 3, num_users: 2 });
});

test('channels lists what is subscribed, and a pattern picks from it', async (t) => {
  const one = await subscriber(t, 'plain:listed-1');
  await subscriber(t, 'plain:listed-1', 'bob');
  await subscriber(t, 'chat:listed-2');
  const { channels } = await server.api('channels', { pattern: 'plain:listed*' });
  assert.deepEqual(channels, { 'plain:listed-1': { num_clients: 2 } });
  const all = (await server.api('channels', {})).channels;
  assert.deepEqual([all['plain:listed-1'], all['chat:listed-2']],
    [{ num_clients: 2 }, { num_clients: 1 }]);
  await one.call(3, { unsubscribe: { channel: 'plain:listed-1' } });
  assert.deepEqual((await server.api('channels', { pattern: 'plain:listed-1' })).channels,
    { 'plain:listed-1': { num_clients: 1 } });
});

test('info describes the node and counts its clients', async (t) => {
  const one_node = async () => {
    const { nodes } = await server.api('info', {});
    assert.equal(nodes.length, 1);
    return nodes[0];
  };
  await subscriber(t, 'chat:info-1', 'info-user-1');
  const before_another = await one_node();
  for (const field of ['uid', 'name', 'version']) assert.match(before_another[field], /\S/, field);
  const another = await subscriber(t, 'chat:info-2', 'info-user-2');
  await another.call(3, { subscribe: { channel: 'chat:info-1' } });
  const now = await one_node();
  const grown = (field) => now[field] - before_another[field];
  assert.equal(now.uid, before_another.uid);
  assert.deepEqual(['num_clients', 'num_users', 'num_channels', 'num_subs'].map(grown),
    [1, 1, 1, 2]);
});

test('a batch answers each command in its order', async (t) => {
  const client = await subscriber(t, 'plain:batch');
  const batch = await server.post('batch', { commands: [
    { publish: { channel: 'plain:batch', data: { n: 1 } } },
    { history: { channel: 'plain:batch' } },
    { broadcast: { channels: ['plain:batch', 'nowhere:x'], data: { n: 2 } } },
    { frobnicate: {} },
    { presence_stats: { channel: 'chat:batch' } },
  ] });
  assert.equal(batch.status, 200);
  assert.deepEqual(batch.body, { replies: [
    { publish: {} },
    { error: { code: 108, message: 'not available' } },
    { broadcast: { responses: [{ result: {} },
      { error: { code: 102, message: 'unknown channel' } }] } },
    { error: { code: 104, message: 'method not found' } },
    { presence_stats: { num_clients: 0, num_users: 0 } },
  ] });
  for (const n of [1, 2]) assert.deepEqual((await client.push('pub')).pub.data, { n });
  const { status } = await server.post('batch', { commands: [
    { publish: { channel: 'plain:batch', data: { n: 3 } } }, { publish: { channel: 7 } }] });
  assert.equal(status, 400, 'and nothing of it has been done');
  await server.api('publish', { channel: 'plain:batch', data: { n: 4 } });
  assert.deepEqual((await client.push('pub')).pub.data, { n: 4 });
});

test('a parallel batch publishes everything once', async () => {
  const commands = Array.from({ length: 200 }, (_, n) =>
    ({ publish: { channel: 'chat:parallel', data: { n } } }));
  const { body } = await server.post('batch', { parallel: true, commands });
  const offsets = body.replies.map(({ publish }) => publish.offset).sort((a, b) => a - b);
  assert.deepEqual(offsets, Array.from({ length: 200 }, (_, n) => n + 1));
  const { publications } = await server.api('history', { channel: 'chat:parallel', limit: -1 });
  const published = publications.map(({ data }) => data.n).sort((a, b) => a - b);
  assert.deepEqual(published, Array.from({ length: 200 }, (_, n) => n));
});

test('calls in the envelope of earlier versions are answered line by line', async () => {
  const call = async (body) => {
    const response = await fetch(`${server.url}/api`,
      { method: 'POST', headers: { 'X-API-Key': API_KEY }, body });
    const text = await response.text();
    return { status: response.status,
      lines: response.status === 200 ? text.split('\n').map((line) => JSON.parse(line)) : [] };
  };
  const one = await call(JSON.stringify(
    { method: 'publish', params: { channel: 'plain:old', data: {} } }, null, 2));
  assert.deepEqual(one, { status: 200, lines: [{ result: {} }] });
  const many = await call([
    { id: 1, method: 'presence_stats', params: { channel: 'chat:old' } },
    { id: 2, method: 'publish', params: { channel: 7 } },
    { id: 3, method: 'frobnicate', params: {} },
  ].map((each) => JSON.stringify(each)).join('\n'));
  assert.deepEqual(many, { status: 200, lines: [
    { id: 1, result: { num_clients: 0, num_users: 0 } },
    { id: 2, error: { code: 107, message: 'bad request' } },
    { id: 3, error: { code: 104, message: 'method not found' } },
  ] });
  assert.equal((await call('{"method":')).status, 400);
  assert.equal((await call('')).status, 400);
});

test('rpc has no methods until an extension offers some', async () => {
  assert.deepEqual((await server.post('rpc', { method: 'anything', params: {} })).body,
    { error: { code: 108, message: 'not available' } });
  assert.deepEqual((await server.post('rpc', {})).body,
    { error: { code: 107, message: 'bad request' } });
});

test('info tells what the node counts and costs', async () => {
  const { nodes: [node] } = await server.api('info', {});
  assert.deepEqual(Object.keys(node).sort(), ['metrics', 'name', 'num_channels', 'num_clients',
    'num_subs', 'num_users', 'process', 'uid', 'uptime', 'version']);
  assert.ok(node.process.rss > 1024 * 1024, `rss ${node.process.rss}`);
  assert.ok(node.process.cpu >= 0);
  assert.ok(node.metrics.items.publications > 0);
  assert.equal(node.metrics.interval, node.uptime);
});

test('publications of the API and of clients are heard in one order by all', async (t) => {
  const channel = 'chat:one-order';
  const listeners = [];
  for (let i = 0; i < 4; ++i) listeners.push(await subscriber(t, channel, `listener-${i}`));
  const speaker = await subscriber(t, channel, 'speaker');
  const by_api = Promise.all(Array.from({ length: 50 }, (_, n) =>
    server.api('publish', { channel, data: { api: n } })));
  for (let n = 0; n < 50; ++n) {
    speaker.send({ id: 100 + n, publish: { channel, data: { client: n } } });
  }
  await by_api;
  const heard = async (listener) => {
    const data = [];
    while (data.length < 100) data.push((await listener.push('pub')).pub.data);
    return data;
  };
  const first = await heard(listeners[0]);
  for (const listener of listeners.slice(1)) assert.deepEqual(await heard(listener), first);
  assert.deepEqual(first.filter(({ client }) => client !== undefined).map(({ client }) => client),
    Array.from({ length: 50 }, (_, n) => n), 'those of one client in the order it sent them');
});
