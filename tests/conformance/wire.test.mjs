// The client protocol in JSON, message by message: fields, omission rules, codes, order.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { RawClient } from './raw_client.mjs';
import { server_for, start_server, token, unix_now } from './server_process.mjs';

const BAD_REQUEST = { error: { code: 107, message: 'bad request' } };
const NOT_AVAILABLE = { error: { code: 108, message: 'not available' } };
const UNRECOVERABLE = { error: { code: 112, message: 'unrecoverable position' } };

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

async function connect(t, options) {
  const client = await RawClient.connect(server, 'ada', options);
  t.after(() => client.socket.terminate());
  return client;
}

async function open(t, on = server, options = {}) {
  const client = await RawClient.open(on, options);
  t.after(() => client.socket.terminate());
  return client;
}

/** A publication without its optional timestamp, which is checked here. */
function publication({ time, ...rest }) {
  if (time !== undefined) assert.ok(Math.abs(Date.now() - time) < 60_000, `time ${time}`);
  return rest;
}

test('the connect result has client, version, ping and pong and no zero values', async (t) => {
  const client = await connect(t);
  const { client: id, version, ping, pong, ...others } = client.connected;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.match(version, /\S/);
  assert.equal(ping, 25);
  assert.equal(pong, true);
  for (const [field, value] of Object.entries(others)) {
    assert.ok(['time', 'node', 'session'].includes(field), `unexpected field ${field}`);
    assert.ok(value, `${field} is a zero value and should be left out`);
  }
});

test('a token with an end is announced with its time to live', async (t) => {
  const client = await open(t);
  const reply = await client.call(1,
    { connect: { token: token({ sub: 'ada', exp: unix_now() + 100 }) } });
  assert.equal(reply.connect.expires, true);
  assert.ok(reply.connect.ttl > 90 && reply.connect.ttl <= 100, `ttl ${reply.connect.ttl}`);
});

test('an expired token is 109 without disconnecting; the next command is 3501', async (t) => {
  const client = await open(t);
  assert.deepEqual(
    await client.call(1, { connect: { token: token({ sub: 'ada', exp: unix_now() - 1 }) } }),
    { error: { code: 109, message: 'token expired' } });
  client.send({ id: 2, publish: { channel: 'plain:x', data: {} } });
  await client.expect_close(3501, 'a command after a failed connect');
});

test('connect and subscribe in the first frame are answered in order', async (t) => {
  const client = await open(t);
  client.send({ id: 1, connect: { token: token({ sub: 'ada' }), name: 'js' } },
    { id: 2, subscribe: { channel: 'plain:first-frame', flag: 1 } },
    { id: 3, publish: { channel: 'plain:first-frame', data: { n: 1 } } });
  const first = (await client.next()).message;
  const second = (await client.next()).message;
  assert.equal(first.id, 1);
  assert.ok(first.connect);
  assert.deepEqual(second, { id: 2, subscribe: {} });
  assert.deepEqual(await client.reply(3), { id: 3, publish: {} });
  const push = await client.push('pub');
  assert.equal(push.channel, 'plain:first-frame');
});

test('an empty result is still sent, byte for byte', async (t) => {
  const client = await connect(t);
  client.send({ id: 2, publish: { channel: 'plain:bytes', data: {} } });
  assert.equal((await client.next()).text, '{"id":2,"publish":{}}');
  client.send({ id: 3, subscribe: { channel: 'plain:bytes' } });
  assert.equal((await client.next()).text, '{"id":3,"subscribe":{}}');
  client.send({ id: 4, unsubscribe: { channel: 'plain:bytes' } });
  assert.equal((await client.next()).text, '{"id":4,"unsubscribe":{}}');
});

test('many commands in one frame are all answered in order, trailing newline or not', async (t) => {
  const client = await connect(t);
  const commands = Array.from({ length: 40 }, (_, index) =>
    JSON.stringify({ id: index + 2, publish: { channel: 'plain:batch', data: index } }));
  client.send(`${commands.join('\n')}\n`);
  for (let id = 2; id < 42; ++id) {
    assert.equal((await client.next()).text, `{"id":${id},"publish":{}}`);
  }
});

test('a payload travels byte for byte', async (t) => {
  const client = await connect(t);
  const payload = '{"big":12345678901234567890.10,"e":1E5,"s":"\\u00e9\\/ \\n ü","b": [ 1 ]}';
  await client.call(2, { subscribe: { channel: 'plain:raw' } });
  client.send(`{"id":3,"publish":{"channel":"plain:raw","data":${payload}}}`);
  const { text } = await client.next((message) => message.push, 'push');
  assert.ok(text.includes(`"data":${payload}`), text);
});

test('a push carries channel and publication, and nothing that is zero', async (t) => {
  const client = await connect(t);
  await client.call(2, { subscribe: { channel: 'plain:push' } });
  await client.call(3, { publish: { channel: 'plain:push', data: 0 } });
  const push = await client.push('pub');
  assert.deepEqual({ ...push, pub: publication(push.pub) },
    { channel: 'plain:push', pub: { data: 0, info: { user: 'ada', client: client.id } } });

  await server.api('publish', { channel: 'plain:push', data: null });
  const from_api = await client.push('pub');
  assert.deepEqual({ ...from_api, pub: publication(from_api.pub) },
    { channel: 'plain:push', pub: { data: null } });
});

test('a positioned channel gives its epoch, its offset and one with each push', async (t) => {
  const client = await connect(t);
  const channel = 'chat:positioned';
  const { subscribe } = await client.call(2, { subscribe: { channel } });
  assert.deepEqual(Object.keys(subscribe).sort(), ['epoch', 'positioned', 'recoverable']);
  assert.deepEqual([subscribe.positioned, subscribe.recoverable], [true, true]);
  assert.match(subscribe.epoch, /\S/);
  await client.call(3, { publish: { channel, data: { n: 1 } } });
  const { pub } = await client.push('pub');
  assert.equal(pub.offset, 1);
  await client.call(4, { unsubscribe: { channel } });
  assert.deepEqual(await client.call(5, { subscribe: { channel } }),
    { subscribe: { recoverable: true, epoch: subscribe.epoch, offset: 1, positioned: true } });
});

test('the fields that are never left out are there when they are zero', async (t) => {
  const client = await connect(t);
  assert.deepEqual(await client.call(2, { presence: { channel: 'chat:nobody' } }),
    { presence: { presence: {} } });
  assert.deepEqual(await client.call(3, { presence_stats: { channel: 'chat:nobody' } }),
    { presence_stats: { num_clients: 0, num_users: 0 } });
  const { history } = await client.call(4, { history: { channel: 'chat:nobody' } });
  assert.deepEqual(Object.keys(history).sort(), ['epoch', 'offset', 'publications']);
  assert.deepEqual([history.publications, history.offset], [[], 0]);
  assert.match(history.epoch, /\S/);
});

test('a user without a name has an empty user in presence', async (t) => {
  const insecure = await server_for(t, { client: { insecure: true } });
  const client = await open(t, insecure);
  const { connect: { client: id } } = await client.call(1, { connect: {} });
  await client.call(2, { subscribe: { channel: 'chat:anonymous' } });
  assert.deepEqual(await client.call(3, { presence: { channel: 'chat:anonymous' } }),
    { presence: { presence: { [id]: { user: '', client: id } } } });
});

test('join and leave are pushes with the client info', async (t) => {
  const client = await connect(t);
  const channel = 'chat:join-leave';
  await client.call(2, { subscribe: { channel } });
  assert.deepEqual(await client.push('join'),
    { channel, join: { info: { user: 'ada', client: client.id } } });
  const other = await RawClient.connect(server, 'bob');
  await other.call(2, { subscribe: { channel } });
  const info = { user: 'bob', client: other.id };
  assert.deepEqual(await client.push('join'), { channel, join: { info } });
  await other.close();
  assert.deepEqual(await client.push('leave'), { channel, leave: { info } });
});

const VIOLATIONS_BEFORE_CONNECT = {
  'a subscribe before connect': '{"id":1,"subscribe":{"channel":"plain:x"}}',
  'a publish before connect': '{"id":1,"publish":{"channel":"plain:x","data":{}}}',
  'a ping command before connect': '{"id":1,"ping":{}}',
  'a connect without token': '{"id":1,"connect":{}}',
  'a connect with id 0': '{"connect":{}}',
  'text that is no JSON': 'hello',
  'half an object': '{"id":1,"connect":{',
  'an array': '[]',
  'a number': '1',
  'an empty frame': '',
  'a frame of one newline': '\n',
  'a pong before connect': '{}',
};
for (const [what, frame] of Object.entries(VIOLATIONS_BEFORE_CONNECT)) {
  test(`${what} is 3501`, async (t) => {
    const client = await open(t);
    client.send(frame);
    assert.equal((await client.expect_close(3501, what)).reason, 'bad request');
  });
}

const DEEP = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
const VIOLATIONS_AFTER_CONNECT = {
  'a second connect': '{"id":2,"connect":{}}',
  'a malformed command': '{"id":2,"publish":{"channel":"plain:x","data":{]}}',
  'a malformed payload': '{"id":2,"publish":{"channel":"plain:x","data":{"a":01}}}',
  'a payload nested too deeply': `{"id":2,"publish":{"channel":"plain:x","data":${DEEP}}}`,
  'a wrong type of a field': '{"id":2,"subscribe":{"channel":7}}',
  'a negative id': '{"id":-2,"publish":{"channel":"plain:x","data":{}}}',
  'an empty frame after connect': '',
  'a publish with id 0': '{"publish":{"channel":"plain:x","data":{}}}',
  'an unknown command': '{"id":2,"frobnicate":{}}',
  'an id without a command': '{"id":2}',
  'a subscribe without channel': '{"id":2,"subscribe":{}}',
  'a publish without channel': '{"id":2,"publish":{"data":{}}}',
  'an unsolicited pong': '{}',
  'a good command followed by a broken one':
    '{"id":2,"publish":{"channel":"plain:x","data":{}}}\n{"id":3',
};
for (const [what, frame] of Object.entries(VIOLATIONS_AFTER_CONNECT)) {
  test(`${what} is 3501`, async (t) => {
    const client = await connect(t);
    client.send(frame);
    assert.equal((await client.expect_close(3501, what)).reason, 'bad request');
  });
}

test('a wrong token is 3500', async (t) => {
  const client = await open(t);
  client.send({ id: 1, connect: { token: `${token({ sub: 'ada' })}x` } });
  assert.equal((await client.expect_close(3500, 'a wrong token')).reason, 'invalid token');
});

test('send is 3508', async (t) => {
  const client = await connect(t);
  client.send({ send: { data: {} } });
  assert.equal((await client.expect_close(3508, 'send')).reason, 'not available');
});

test('the ping command and rpc are 108', async (t) => {
  const client = await connect(t);
  client.send({ id: 2, ping: {} });
  assert.equal((await client.next()).text,
    '{"id":2,"error":{"code":108,"message":"not available"}}');
  assert.deepEqual(await client.call(3, { rpc: { method: 'x', data: {} } }), NOT_AVAILABLE);
});

test('unsubscribing from an unknown channel succeeds', async (t) => {
  const client = await connect(t);
  assert.deepEqual(await client.call(2, { unsubscribe: { channel: 'nowhere:never' } }),
    { unsubscribe: {} });
});

test('a second subscribe to a channel is 105', async (t) => {
  const client = await connect(t);
  await client.call(2, { subscribe: { channel: 'plain:twice' } });
  assert.deepEqual(await client.call(3, { subscribe: { channel: 'plain:twice' } }),
    { error: { code: 105, message: 'already subscribed' } });
});

test('a channel name may have 255 characters and no more', async (t) => {
  const client = await connect(t);
  assert.deepEqual(await client.call(2, { subscribe: { channel: 'x'.repeat(255) } }),
    { subscribe: {} });
  assert.deepEqual(await client.call(3, { subscribe: { channel: 'x'.repeat(256) } }), BAD_REQUEST);
});

test('one channel over the limit of a connection is 106', async (t) => {
  const narrow = await server_for(t, { client: { channel_limit: 2 } });
  const client = await RawClient.connect(narrow);
  t.after(() => client.socket.terminate());
  const subscribe = (id, channel) => client.call(id, { subscribe: { channel } });
  assert.deepEqual(await subscribe(2, 'plain:1'), { subscribe: {} });
  assert.deepEqual(await subscribe(3, 'plain:2'), { subscribe: {} });
  assert.deepEqual(await subscribe(4, 'plain:3'),
    { error: { code: 106, message: 'limit exceeded' } });
  await client.call(5, { unsubscribe: { channel: 'plain:1' } });
  assert.deepEqual(await subscribe(6, 'plain:3'), { subscribe: {} });
});

test('subscription types other than streams are 108', async (t) => {
  const client = await connect(t);
  for (const type of [1, 2, 3, 4]) {
    assert.deepEqual(await client.call(type + 1, { subscribe: { channel: 'plain:map', type } }),
      NOT_AVAILABLE);
  }
});

test('history refuses what cannot be answered', async (t) => {
  const client = await connect(t);
  const channel = 'chat:refusals';
  await client.call(2, { publish: { channel, data: {} } });
  assert.deepEqual(await client.call(3, { history: { channel: 'plain:x', limit: 1 } }),
    NOT_AVAILABLE);
  assert.deepEqual(
    await client.call(4, { history: { channel, limit: 1, since: { offset: 1, epoch: 'no' } } }),
    UNRECOVERABLE);
  assert.deepEqual(
    await client.call(5, { history: { channel, limit: 1, since: { offset: 0 }, reverse: true } }),
    BAD_REQUEST);
});

test('a history page holds at most 300 publications for a client', async (t) => {
  const client = await connect(t);
  const channel = 'chat:long';
  for (let n = 1; n <= 310; ++n) client.send({ id: n + 1, publish: { channel, data: n } });
  await client.reply(311);
  for (const limit of [-1, 1000]) {
    const { history } = await client.call(400 + limit, { history: { channel, limit } });
    assert.equal(history.publications.length, 300);
    assert.equal(history.offset, 310);
  }
});

test('recovery lists what was missed and keeps the position that was asked', async (t) => {
  const client = await connect(t);
  const channel = 'chat:recover';
  for (let n = 1; n <= 5; ++n) await client.call(n + 1, { publish: { channel, data: n } });
  const { history: { epoch } } = await client.call(10, { history: { channel } });
  const { subscribe } = await client.call(11,
    { subscribe: { channel, recover: true, epoch, offset: 3 } });
  const { publications, ...rest } = subscribe;
  assert.deepEqual(rest, { recoverable: true, positioned: true, epoch, offset: 3,
    recovered: true, was_recovering: true });
  assert.deepEqual(publications.map(({ data, offset }) => [data, offset]), [[4, 4], [5, 5]]);
});

test('recovery from the sentinel epoch is not recovered, or 112 where asked', async (t) => {
  const client = await connect(t);
  const channel = 'chat:sentinel';
  await client.call(2, { publish: { channel, data: 1 } });
  const recover = { channel, recover: true, epoch: '_' };
  const { subscribe: { epoch, ...rest } } = await client.call(3, { subscribe: recover });
  assert.match(epoch, /\S/);
  assert.notEqual(epoch, '_');
  assert.deepEqual(rest, { recoverable: true, positioned: true, offset: 1, was_recovering: true });
  await client.call(4, { unsubscribe: { channel } });
  assert.deepEqual(await client.call(5, { subscribe: { ...recover, flag: 2 } }), UNRECOVERABLE);
  assert.ok((await client.call(6, { subscribe: { channel } })).subscribe);
});

test('a refresh takes another token of the same user and no other', async (t) => {
  const connect_until = async (seconds) => {
    const client = await open(t);
    await client.call(1, { connect: { token: token({ sub: 'ada', exp: unix_now() + seconds }) } });
    return client;
  };
  const client = await connect_until(100);
  const { refresh } = await client.call(2,
    { refresh: { token: token({ sub: 'ada', exp: unix_now() + 500 }) } });
  assert.equal(refresh.expires, true);
  assert.ok(refresh.ttl > 490 && refresh.ttl <= 500, `ttl ${refresh.ttl}`);
  for (const [claims, code, what] of [
    [{ sub: 'eve', exp: unix_now() + 500 }, 3500, 'a refresh with the token of another user'],
    [{ sub: 'ada', exp: unix_now() - 1 }, 3005, 'a refresh with an expired token'],
  ]) {
    const other = await connect_until(100);
    other.send({ id: 2, refresh: { token: token(claims) } });
    await other.expect_close(code, what);
  }
});

test('a connection that sends no connect command is stale after its delay', async (t) => {
  const hasty = await server_for(t, { client: { stale_close_delay: '500ms' } });
  const started = performance.now();
  const idle = await open(t, hasty);
  const failed = await open(t, hasty);
  await failed.call(1, { connect: { token: token({ sub: 'ada', exp: unix_now() - 1 }) } });
  const busy = await RawClient.connect(hasty);
  t.after(() => busy.socket.terminate());
  assert.equal((await idle.expect_close(3502, 'no connect')).reason, 'stale');
  assert.ok(performance.now() - started >= 450, 'not before its time');
  await failed.expect_close(3502, 'a failed connect');
  assert.deepEqual(await busy.call(2, { publish: { channel: 'plain:x', data: {} } }),
    { publish: {} });
});

test('a ping is an empty object, and without the pong the connection ends with 3012', async (t) => {
  const impatient = await server_for(t, { client: { ping_interval: '1s', pong_timeout: '400ms' } });
  const silent = await RawClient.connect(impatient);
  const answering = await RawClient.connect(impatient);
  t.after(() => { silent.socket.terminate(); answering.socket.terminate(); });
  assert.equal(silent.connected.ping, 1);
  const is_ping = (message) => Object.keys(message).length === 0;
  answering.socket.on('message', (data) => {
    if (data.toString() === '{}') answering.send('{}');
  });
  assert.equal((await silent.next(is_ping, 'ping')).text, '{}');
  assert.equal((await silent.expect_close(3012, 'no pong')).reason, 'no pong');
  for (let count = 0; count < 3; ++count) await answering.next(is_ping, 'ping');
  assert.deepEqual(await answering.call(2, { publish: { channel: 'plain:x', data: {} } }),
    { publish: {} });
});
