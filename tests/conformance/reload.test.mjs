// SIGHUP: the running server reads its configuration again, and takes it as a whole or not at all.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';

import { ApplicationServer } from './application_server.mjs';
import { RawClient, refused_status } from './raw_client.mjs';
import { eventually, reload, server_for, token } from './server_process.mjs';

const API = { 'X-API-Key': 'another-key-of-the-conformance-suite' };

test('what a new configuration allows holds from the next request on', async (t) => {
  const server = await server_for(t, { client: { allowed_origins: ['https://one.example'] } });
  const early = await RawClient.connect(server);
  t.after(() => early.socket.terminate());
  const changes = { client: { allowed_origins: ['https://two.example'] },
    http_api: { key: API['X-API-Key'] } };
  assert.match(await reload(server, changes), /reloaded/);
  assert.equal(await refused_status(server, { origin: 'https://one.example' }), 403);
  assert.equal(await refused_status(server, { origin: 'https://two.example' }), 101);
  assert.equal((await server.post('info', {})).status, 401);
  assert.equal((await server.post('info', {}, API)).status, 200);
  assert.deepEqual(await early.call(2, { publish: { channel: 'plain:x', data: 1 } }),
    { publish: {} }, 'a connection from before goes on');
});

test('a secret that is changed signs from then on, and who is connected stays', async (t) => {
  const server = await server_for(t);
  const early = await RawClient.connect(server);
  t.after(() => early.socket.terminate());
  const fresh = 'another-secret-of-the-conformance-suite';
  assert.match(await reload(server, { client: { token: { hmac_secret_key: fresh } } }), /reloaded/);
  const outdated = await RawClient.open(server);
  outdated.send({ id: 1, connect: { token: token({ sub: 'ada' }) } });
  await outdated.expect_close(3500, 'a token signed with the secret from before');
  const late = await RawClient.open(server);
  t.after(() => late.socket.terminate());
  late.send({ id: 1, connect: { token: token({ sub: 'ada' }, fresh) } });
  assert.ok((await late.reply(1)).connect);
  assert.deepEqual(await early.call(2, { publish: { channel: 'plain:x', data: 1 } }),
    { publish: {} });
  const refused = await reload(server, { client: { token: { rsa_public_key: 'no key' } } });
  assert.match(refused, /reload refused reason="client\.token\.rsa_public_key/);
});

test('the audience of subscription tokens follows', async (t) => {
  const own = { enabled: true, hmac_secret_key: 'the-secret-of-subscription-tokens-alone' };
  const server = await server_for(t, { client: { subscription_token: own } });
  const client = await RawClient.connect(server);
  t.after(() => client.socket.terminate());
  const subscribe = async (id, channel, aud) => client.call(id, { subscribe: { channel,
    token: token({ sub: 'ada', channel, aud }, own.hmac_secret_key) } });
  assert.ok((await subscribe(2, 'closed:a', 'one')).subscribe);
  assert.match(await reload(server,
    { client: { subscription_token: { ...own, audience: 'two' } } }), /reloaded/);
  assert.ok((await subscribe(3, 'closed:b', 'one')).error);
  assert.ok((await subscribe(4, 'closed:c', 'two')).subscribe);
});

test('the application is asked where and as the new configuration says', async (t) => {
  const one = await ApplicationServer.start(t);
  const two = await ApplicationServer.start(t);
  const answer = () => ({ result: { user: 'ada' } });
  for (const application of [one, two]) application.answers['/connect'] = answer;
  const asking = (application, more) =>
    ({ client: { proxy: { connect: { enabled: true, ...application.proxy('/connect', more) } } } });
  const server = await server_for(t, asking(one));
  const connect = async () => {
    const client = await RawClient.open(server, { headers: { 'X-Tenant': '7' } });
    t.after(() => client.socket.terminate());
    return client.call(1, { connect: {} });
  };
  assert.ok((await connect()).connect);
  assert.match(await reload(server, asking(two, { http_headers: ['X-Tenant'] })), /reloaded/);
  assert.ok((await connect()).connect);
  assert.deepEqual([one.of('/connect').length, two.of('/connect').length], [1, 1]);
  assert.equal(two.of('/connect')[0].headers['x-tenant'], '7');
});

test('events that could not be told go where the new configuration says', async (t) => {
  const application = await ApplicationServer.start(t);
  const telling = (proxy) =>
    ({ client: { proxy: { disconnect: { enabled: true, ...proxy } } } });
  const server = await server_for(t, telling({ endpoint: 'http://127.0.0.1:1/gone' }));
  (await RawClient.connect(server)).socket.terminate();
  await eventually(() => /event not reported yet/.test(server.output), 'failed attempt');
  assert.match(await reload(server, telling(application.proxy('/gone'))), /reloaded/);
  await eventually(() => application.of('/gone').length === 1, 'event');
});

test('limits of connections follow, also below what is taken', async (t) => {
  const server = await server_for(t, { client: { connection_limit: 1 } });
  const first = await RawClient.connect(server);
  t.after(() => first.socket.terminate());
  assert.equal(await refused_status(server), 503);
  await reload(server, { client: { connection_limit: 2 } });
  const second = await RawClient.connect(server);
  t.after(() => second.socket.terminate());
  await reload(server, { client: { connection_limit: 1 } });
  assert.equal(await refused_status(server), 503);
  assert.deepEqual(await second.call(2, { publish: { channel: 'plain:x', data: 1 } }),
    { publish: {} }, 'who is in stays in');
});

test('namespaces come, change and go, for open channels too', async (t) => {
  const namespaces = (...names) => ({ channel: { namespaces: names } });
  const open = { allow_subscribe_for_client: true, allow_publish_for_client: true };
  const kept = { ...open, history_size: 10, history_ttl: '60s' };
  const server = await server_for(t, namespaces({ name: 'one', ...open }));
  const client = await RawClient.connect(server);
  t.after(() => client.socket.terminate());
  await client.call(2, { subscribe: { channel: 'one:a' } });
  assert.deepEqual(await server.api('publish', { channel: 'one:a', data: 1 }), {});
  await reload(server, namespaces({ name: 'one', ...kept }, { name: 'two', ...open }));
  assert.equal((await server.api('publish', { channel: 'one:a', data: 2 })).offset, 1);
  assert.ok((await client.call(3, { subscribe: { channel: 'two:a' } })).subscribe);
  await reload(server, namespaces({ name: 'two' }));
  assert.equal((await client.call(4, { publish: { channel: 'one:a', data: 3 } })).error.code, 102);
  assert.equal((await client.call(5, { subscribe: { channel: 'two:b' } })).error.code, 103);
});

test('the level of the log follows', async (t) => {
  const server = await server_for(t, { log: { level: 'error' } });
  assert.doesNotMatch(server.output, /info +listening/);
  assert.match(await reload(server, { log: { level: 'info' } }), /info {2}reloaded/);
});

test('a configuration that is not valid changes nothing, and all that is wrong is said',
  async (t) => {
    const server = await server_for(t, { client: { allowed_origins: ['https://one.example'] } });
    const said = await reload(server, {
      client: { allowed_origins: ['https://two.example'], pong_timeout: '60s', channel_limit: 0 },
    });
    assert.match(said, /error reload refused reason="the configuration is not valid"/);
    assert.match(said, /option=client\.pong_timeout/);
    assert.match(said, /option=client\.channel_limit/);
    assert.equal(await refused_status(server, { origin: 'https://one.example' }), 101);
    assert.equal(await refused_status(server, { origin: 'https://two.example' }), 403);

    await writeFile(server.config_file, '{"client": {');
    assert.match(await reload(server), /reload refused/);
    await rm(server.config_file);
    assert.match(await reload(server), /reload refused/);
    assert.equal(await refused_status(server, { origin: 'https://one.example' }), 101);
  });

test('what needs a restart is said, and the rest takes effect', async (t) => {
  const server = await server_for(t);
  const said = await reload(server, { http_server: { internal_port: 9999 },
    client: { allowed_origins: ['https://two.example'] } });
  assert.match(said, /warn {2}change needs a restart option=http_server\.internal_port/);
  assert.equal(await refused_status(server, { origin: 'https://two.example' }), 101);
});

// Not more of them: the log says the same event at most 20 times a second.
test('reloads under load drop no connection', async (t) => {
  const server = await server_for(t);
  const client = await RawClient.connect(server);
  t.after(() => client.socket.terminate());
  await client.call(2, { subscribe: { channel: 'chat:load' } });
  for (let round = 0; round < 15; ++round) {
    const allowed_origins = [`https://${round}.example`];
    const reloaded = reload(server, { client: { allowed_origins } });
    const { publish } = await client.call(10 + round,
      { publish: { channel: 'chat:load', data: { round } } });
    assert.ok(publish);
    assert.match(await reloaded, /reloaded/);
  }
  assert.equal(client.unread.filter(({ push }) => push?.pub).length, 15);
});
