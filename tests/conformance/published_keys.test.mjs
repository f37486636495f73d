// Tokens whose keys are published at an address (JWKS): looked up when needed, once for everybody,
// and not more often than every 30 seconds whatever the tokens say.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KeyServer } from './key_server.mjs';
import { RawClient } from './raw_client.mjs';
import { eventually, server_for, token, within } from './server_process.mjs';
import { signed_token, TokenKey } from './token_keys.mjs';

const INTERNAL = { error: { code: 100, message: 'internal server error', temporary: true } };
const claims = { sub: 'ada' };

function server_with(t, key_server, more = {}) {
  return server_for(t, { client: { token: { jwks_public_endpoint: key_server.url }, ...more } });
}

async function open(t, server) {
  const client = await RawClient.open(server);
  t.after(() => client.socket.terminate());
  return client;
}

/** The reply to a connect with this token, or the close code. */
async function connect(server, with_token) {
  const client = await RawClient.open(server);
  client.send({ id: 1, connect: { token: with_token } });
  const outcome = await within(Promise.race([
    client.next((message) => message.id === 1, 'reply')
      .then(({ message: { id: _, ...rest } }) => rest)
      .catch(() => client.closed.then(({ code }) => code)),
    client.closed.then(({ code }) => code),
  ]), 'outcome of a connect', 20_000);
  client.socket.terminate();
  return outcome;
}

async function believed(server, with_token) {
  const outcome = await connect(server, with_token);
  assert.ok(outcome.connect, JSON.stringify(outcome));
}

test('one fetch brings keys of every kind, for everybody who waits for it', async (t) => {
  const keys = [new TokenKey('rsa', 'r'), new TokenKey('P-256', 'p'), new TokenKey('P-384', 'q'),
    new TokenKey('P-521', 's'), new TokenKey('ed25519', 'e')];
  const key_server = await KeyServer.start(t, keys);
  key_server.hold();
  const server = await server_with(t, key_server);
  assert.equal(key_server.requests.length, 0, 'nothing is fetched before it is needed');
  const all = Promise.all(Array.from({ length: 60 },
    (_, i) => believed(server, keys[i % keys.length].token(claims))));
  await eventually(() => key_server.held.length, 'fetch');
  await believed(server, token(claims));  // by the secret: needs no fetch
  key_server.release();
  await all;
  for (const key of keys) {
    for (const each of key.algorithms) await believed(server, key.token(claims, {}, each));
  }
  assert.equal(key_server.requests.length, 1);
  const [request] = key_server.requests;
  assert.deepEqual([request.method, request.url], ['GET', '/keys']);
});

test('a flood of unknown key ids causes no second fetch for 30 s', async (t) => {
  const first = new TokenKey('P-256', 'first');
  const second = new TokenKey('P-256', 'second');
  const key_server = await KeyServer.start(t, [first]);
  const server = await server_with(t, key_server);
  await believed(server, first.token(claims));
  const fetched_at = Date.now();
  assert.equal(key_server.requests.length, 1);

  const attacker = new TokenKey('P-256', 'attacker');
  let refused = 0;
  for (let round = 0; round < 20; ++round) {
    await Promise.all(Array.from({ length: 25 }, async (_, i) => {
      const outcome = await connect(server, attacker.token(claims, { kid: `k${round}-${i}` }));
      assert.ok(outcome === 3500 || outcome.error?.code === 100, JSON.stringify(outcome));
      ++refused;
    }));
  }
  assert.equal(refused, 500);
  assert.equal(key_server.requests.length, Date.now() - fetched_at < 30_000 ? 1 : 2);

  key_server.keys = [first, second];
  await eventually(async () => {
    await connect(server, attacker.token(claims, { kid: `more-${Date.now()}` }));
    return (await connect(server, second.token(claims))).connect;
  }, 'belief in the new key', 45_000);
  const waited = Date.now() - fetched_at;
  assert.ok(waited >= 29_000, `a new key was fetched after ${waited} ms already`);
  assert.ok(key_server.requests.length <= 1 + Math.ceil(waited / 30_000), 'one fetch in 30 s');
  await believed(server, first.token(claims));
  console.log(`${refused} unknown key ids; ${key_server.requests.length} fetches in ${waited} ms`);
});

test('while the endpoint is down known keys hold, and others come again later', async (t) => {
  const key = new TokenKey('ed25519', 'known');
  const key_server = await KeyServer.start(t, [key]);
  const server = await server_with(t, key_server);
  await believed(server, key.token(claims));
  await key_server.close();
  await believed(server, key.token(claims));
  assert.deepEqual(await connect(server, new TokenKey('ed25519', 'other').token(claims)), INTERNAL);
  assert.equal(await connect(server, key.token(claims).slice(0, -8)), 3500, 'a forgery is final');
});

test('an endpoint that comes up after the server is found within seconds', async (t) => {
  const key = new TokenKey('P-256', 'k');
  const key_server = await KeyServer.start(t, [key]);
  const { port } = key_server;
  await key_server.close();
  const server = await server_with(t, key_server);
  assert.deepEqual(await connect(server, key.token(claims)), INTERNAL);
  await eventually(() => /token keys not fetched.*reason=unreachable/.test(server.output), 'line');
  await key_server.listen(port);
  await eventually(async () => (await connect(server, key.token(claims))).connect, 'belief');
});

test('a slow endpoint holds up the one connection that needs it and no other', async (t) => {
  const key = new TokenKey('P-256', 'slow');
  const key_server = await KeyServer.start(t, [key]);
  key_server.hold();
  const server = await server_with(t, key_server);
  const waiting = await open(t, server);
  waiting.send({ id: 1, connect: { token: key.token(claims) } },
    { id: 2, subscribe: { channel: 'plain:x' } });
  await eventually(() => key_server.held.length, 'fetch');
  const other = await RawClient.connect(server, 'bob');
  t.after(() => other.socket.terminate());
  assert.ok((await other.call(2, { publish: { channel: 'plain:x', data: {} } })).publish);
  assert.deepEqual(waiting.unread, []);
  key_server.release();
  assert.ok((await waiting.reply(1)).connect);
  assert.ok((await waiting.reply(2)).subscribe, 'what stood behind it in the line is served');
});

test('an endpoint that never answers is given up, and the client may come again', async (t) => {
  const key_server = await KeyServer.start(t, []);
  key_server.hold();
  const server = await server_with(t, key_server);
  assert.deepEqual(await connect(server, new TokenKey('P-256', 'k').token(claims)), INTERNAL);
  await eventually(() => /reason="no answer in time"/.test(server.output), 'line');
});

test('redirects, other statuses, floods of bytes and nonsense bring no keys', async (t) => {
  const key = new TokenKey('P-256', 'k');
  const good = await KeyServer.start(t, [key]);
  const answers = {
    'the status is not 200': [
      (response) => response.writeHead(302, { Location: good.url }).end(),
      (response) => response.writeHead(500).end(JSON.stringify({ keys: [key.jwk()] }))],
    'the answer is too large': [(response) => response.end(JSON.stringify({
      keys: [key.jwk()], x: 'x'.repeat(300_000) }))],
    'the answer is no key set': [(response) => response.end('<html>'),
      (response) => response.end(JSON.stringify({ keys: { k: key.jwk() } }))],
    'the key set has no key that can be used': [(response) => response.end('{"keys":[]}'),
      (response) => response.end(JSON.stringify({ keys: [key.jwk({ use: 'enc' })] }))],
  };
  for (const [reason, behaviours] of Object.entries(answers)) {
    for (const behaviour of behaviours) {
      const key_server = await KeyServer.start(t, []);
      key_server.behaviour = behaviour;
      const server = await server_with(t, key_server);
      assert.deepEqual(await connect(server, key.token(claims)), INTERNAL, reason);
      await eventually(() => server.output.includes(`reason="${reason}"`), `line: ${reason}`);
    }
  }
  assert.equal(good.requests.length, 0);
});

test('a published secret, a private key and the headers of a token change nothing', async (t) => {
  const key = new TokenKey('P-256', 'good');
  const leaked = new TokenKey('P-256', 'leaked');
  const elsewhere = await KeyServer.start(t, [leaked]);
  const key_server = await KeyServer.start(t, [key,
    { kty: 'oct', kid: 'oct', k: Buffer.from('secret').toString('base64url'), alg: 'HS256' },
    { ...leaked.private_key.export({ format: 'jwk' }), kid: 'leaked' }]);
  const server = await server_with(t, key_server);
  await believed(server, key.token(claims, { jku: elsewhere.url, x5u: elsewhere.url }));
  assert.equal(await connect(server,
    signed_token({ alg: 'HS256', kid: 'oct' }, claims, 'HS256', 'secret')), 3500);
  const by_leaked = leaked.token(claims, { jku: elsewhere.url, jwk: leaked.jwk() });
  assert.deepEqual(await connect(server, by_leaked), INTERNAL, 'not looked for once more');
  assert.equal(elsewhere.requests.length, 0, 'an address in a token is never asked');
  assert.equal(key_server.requests.length, 1);
});

test('subscription and refresh tokens wait for their keys, in their order', async (t) => {
  const connection_key = new TokenKey('P-256', 'c');
  const subscription_key = new TokenKey('P-256', 's');
  const connections = await KeyServer.start(t, [connection_key]);
  const subscriptions = await KeyServer.start(t, [subscription_key]);
  const server = await server_with(t, connections, {
    token: { jwks_public_endpoint: connections.url, hmac_secret_key: '' },
    subscription_token: { enabled: true, jwks_public_endpoint: subscriptions.url } });
  const client = await open(t, server);
  const exp = Math.floor(Date.now() / 1000) + 100;
  assert.ok((await client.call(1,
    { connect: { token: connection_key.token({ ...claims, exp }) } })).connect);
  assert.ok((await client.call(2, { subscribe: { channel: 'plain:x' } })).subscribe);
  subscriptions.hold();
  client.send({ id: 3, subscribe: { channel: '$x',
    token: subscription_key.token({ ...claims, channel: '$x' }) } },
  { id: 4, refresh: { token: connection_key.token({ ...claims, exp: exp + 50 }) } });
  await eventually(() => subscriptions.held.length, 'fetch');
  await server.api('publish', { channel: 'plain:x', data: { n: 1 } });
  assert.deepEqual((await client.push('pub')).pub.data, { n: 1 }, 'deliveries go on meanwhile');
  assert.deepEqual(client.unread, []);
  subscriptions.release();
  assert.ok((await client.reply(3)).subscribe);
  assert.ok((await client.reply(4)).refresh.ttl > 100);
  assert.deepEqual(await client.call(5, { subscribe: { channel: '$y',
    token: connection_key.token({ ...claims, channel: '$y' }) } }), INTERNAL,
  'the endpoint of connections does not speak for subscriptions');
});
