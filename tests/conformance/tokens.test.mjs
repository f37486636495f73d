// Who gets in with which token: keys of every kind that a configuration can name, keys of their own
// for subscriptions, and a few hundred tokens that let nobody in.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { GOOD_CLAIMS, hostile_tokens } from './hostile_tokens.mjs';
import { RawClient } from './raw_client.mjs';
import { HMAC_SECRET, start_server, token, unix_now, within } from './server_process.mjs';
import { TokenKey } from './token_keys.mjs';

const keys = {
  rsa: new TokenKey('rsa', 'rsa-1'), p256: new TokenKey('P-256', 'p256-1'),
  p384: new TokenKey('P-384', 'p384-1'), p521: new TokenKey('P-521', 'p521-1'),
  ed: new TokenKey('ed25519', 'ed-1'),
};
const subscription_key = new TokenKey('P-384', 'sub-1');
const SUBSCRIPTION_SECRET = 'a-secret-for-subscriptions-and-nothing-else';

let server;
before(async () => {
  server = await start_server({ client: {
    token: { rsa_public_key: keys.rsa.pem, ecdsa_public_key: keys.p256.pem,
      audience: 'chat', issuer: 'login' },
    subscription_token: { enabled: true, hmac_secret_key: SUBSCRIPTION_SECRET,
      ecdsa_public_key: subscription_key.pem, issuer: 'desk' },
  } });
});
after(() => server?.stop());

/** What comes of connecting: the user's reply, its error code, or the close code. */
async function outcome_of(connection_token, at = server) {
  const client = await RawClient.open(at);
  client.send({ id: 1, connect: { token: connection_token } });
  const outcome = await within(Promise.race([
    client.next((message) => message.id === 1, 'reply')
      .then(({ message }) => message.error?.code ?? 'believed')
      .catch(() => client.closed.then(({ code }) => code)),
    client.closed.then(({ code }) => code),
  ]), 'outcome of a connect');
  client.socket.terminate();
  return outcome;
}

async function connected(t, at = server) {
  const client = await RawClient.open(at);
  t.after(() => client.socket.terminate());
  const { connect } = await client.call(1, { connect: { token: keys.rsa.token(GOOD_CLAIMS) } });
  assert.ok(connect);
  return client;
}

test('a secret, an RSA key and an ECDSA key let their own tokens in', async () => {
  for (const algorithm of keys.rsa.algorithms) {
    const good = keys.rsa.token(GOOD_CLAIMS, {}, algorithm);
    assert.equal(await outcome_of(good), 'believed', algorithm);
  }
  assert.equal(await outcome_of(keys.p256.token(GOOD_CLAIMS)), 'believed');
  assert.equal(await outcome_of(token(GOOD_CLAIMS)), 'believed');
});

test('over two hundred hostile tokens are refused', { timeout: 280_000 }, async () => {
  const tokens = Object.entries(hostile_tokens(keys, HMAC_SECRET, unix_now()));
  assert.ok(tokens.length >= 200, `${tokens.length} tokens`);
  const outcomes = {};
  for (const [what, hostile] of tokens) {
    const outcome = await outcome_of(hostile);
    // 3500: invalid; 109: expired. Nothing else is an answer to a token.
    assert.ok([3500, 109].includes(outcome), `${what}: ${outcome}`);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  console.log(`${tokens.length} hostile tokens refused:`, outcomes);
  assert.equal(await outcome_of(keys.rsa.token(GOOD_CLAIMS)), 'believed', 'honest ones still work');
});

test('subscription tokens have keys and an issuer of their own', async (t) => {
  const client = await connected(t);
  const claims = { sub: 'ada', channel: '$desk', iss: 'desk' };
  const subscribe = (id, subscription_token, channel = '$desk') =>
    client.call(id, { subscribe: { channel, token: subscription_token } });
  const denied = { error: { code: 103, message: 'permission denied' } };
  const expired = { error: { code: 109, message: 'token expired' } };
  assert.deepEqual(await subscribe(2, keys.rsa.token(claims)), denied, 'a key of connections');
  assert.deepEqual(await subscribe(3, token(claims)), denied, 'the secret of connections');
  assert.deepEqual(await subscribe(4, token({ ...claims, iss: 'login' }, SUBSCRIPTION_SECRET)),
    denied, 'the issuer of connections');
  assert.deepEqual(await subscribe(5, subscription_key.token({ ...claims, exp: 1 })), expired);
  assert.deepEqual(await subscribe(6, subscription_key.token(claims, { alg: 'none' })), denied);
  assert.ok((await subscribe(7, subscription_key.token(claims))).subscribe);
  const by_secret = token({ ...claims, channel: '$two' }, SUBSCRIPTION_SECRET);
  assert.ok((await subscribe(8, by_secret, '$two')).subscribe);
  assert.equal(await outcome_of(subscription_key.token(GOOD_CLAIMS)), 3500,
    'a key of subscriptions does not sign connections');
});

test('hostile subscription tokens are refused, and the connection goes on', async (t) => {
  const client = await connected(t);
  const subscription_keys = { ...keys, p384: subscription_key };
  let id = 1;
  const tokens = hostile_tokens(subscription_keys, SUBSCRIPTION_SECRET, unix_now());
  for (const [what, hostile] of Object.entries(tokens)) {
    const reply = await client.call(++id, { subscribe: { channel: '$desk', token: hostile } });
    assert.ok([103, 109].includes(reply.error?.code), `${what}: ${JSON.stringify(reply)}`);
  }
});

test('a key that is none keeps the server from starting, and says which', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-keys-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'config.json');
  const check = async (client) => {
    await writeFile(file, JSON.stringify({ client }));
    return spawnSync(process.env.TROUPE_BINARY, ['checkconfig', '--config', file],
      { encoding: 'utf8' });
  };
  const weak = await check({ token: { rsa_public_key: new TokenKey('rsa', 'weak', 1024).pem } });
  assert.notEqual(weak.status, 0);
  assert.match(weak.stderr, /client\.token\.rsa_public_key is an RSA key of less than 2048 bits/);
  const other = await check({ token: { ecdsa_public_key: keys.rsa.pem } });
  assert.match(other.stderr, /client\.token\.ecdsa_public_key is a key of another kind/);
  const empty = await check({ subscription_token: { enabled: true } });
  assert.match(empty.stderr, /subscription_token\.enabled is true while the section has no key/);
  const good = await check({ token: { rsa_public_key: keys.rsa.pem } });
  assert.equal(good.status, 0, good.stderr);
});
