// Proxies: the server asks the application, which here is this process.

import assert from 'node:assert/strict';

import { unix_now } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { data_of, disconnects, ends_with, next_publications, refuses } from '../world.mjs';

const PROXIED = { server: 'proxied' };

/** The request the application got for this scenario’s user. */
const asked = (w, event, name = 'ada') =>
  w.server.application.requests.filter(({ event: own, body }) =>
    own === event && JSON.stringify(body).includes(w.user(name)));

export const asking_the_application = [
  scenario('the application says who connects', async (w) => {
    const client = w.client({ data: { login: w.user('ada') } });
    const { result } = await client.connect();
    assert.deepEqual(result.data, { welcome: w.user('ada') });
    const [{ body }] = asked(w, 'connect');
    assert.equal(body.client, client.id);
    assert.equal(body.transport, w.driver.transport);
    assert.equal(body.encoding, w.driver.encoding === 'json' ? 'json' : 'binary');
    assert.equal(body.protocol, w.driver.encoding);
    const channel = w.channel('chat');
    await client.subscribe(channel);
    assert.deepEqual((await client.presence(channel))[client.id],
      { user: w.user('ada'), client: client.id, conn_info: { by: 'application' } });
  }, PROXIED),

  scenario('the application refuses who connects', async (w) => {
    await refuses(w.client({ data: { error: { code: 1000, message: 'no' } } }).connect(), 1000);
    await disconnects(
      w.client({ data: { disconnect: { code: 4501, reason: 'never' } } }).connect(), 4501);
  }, PROXIED),

  scenario('the application decides about a subscription', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('asked');
    const subscription = await client.subscribe(channel,
      { data: { give: { data: { hello: 1 }, info: { role: 'host' } } } });
    assert.deepEqual(subscription.result.data, { hello: 1 });
    const { presence } = await w.api('presence', { channel });
    assert.deepEqual(presence[client.id].chan_info, { role: 'host' });
    await refuses(client.subscribe(w.channel('asked', 'no'),
      { data: { error: { code: 1001, message: 'no' } } }), 1001);
    await disconnects(client.subscribe(w.channel('asked', 'never'),
      { data: { disconnect: { code: 4502, reason: 'never' } } }), 4502);
  }, PROXIED),

  scenario('the application decides about a publication, and may change it', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('asked');
    const subscription = await client.subscribe(channel, { data: { give: {} } });
    await client.publish(channel, { give: { data: { changed: true } } });
    await client.publish(channel, { give: {} });
    assert.deepEqual(data_of(await next_publications(subscription, 2)),
      [{ changed: true }, { give: {} }]);
    await refuses(client.publish(channel, { error: { code: 1002, message: 'no' } }), 1002);
  }, PROXIED),

  scenario('the application answers calls', async (w) => {
    const client = await w.connected('ada');
    assert.deepEqual(await client.rpc('echo', { give: { data: { pong: 1 } } }), { pong: 1 });
    await refuses(client.rpc('echo', { error: { code: 1003, message: 'no' } }), 1003);
    await disconnects(client.rpc('echo', { disconnect: { code: 4503, reason: 'never' } }), 4503);
  }, PROXIED),

  scenario('a call that nobody answers is 104 where others are', async (w) => {
    const client = await w.connected('ada');
    await refuses(client.rpc('nowhere:method', {}), 104);
  }, PROXIED),

  scenario('what the application says has expired is 110', async (w) => {
    const client = await w.connected('ada');
    const late = { give: { expire_at: unix_now() - 60 } };
    await refuses(client.subscribe(w.channel('asked'), { data: late }), 110);
  }, PROXIED),

  scenario('an application that fails or sleeps is 100', async (w) => {
    const client = await w.connected('ada');
    for (const trouble of [{ status: 500 }, { silence: true }, { nonsense: true }]) {
      await refuses(client.rpc('echo', trouble), 100);
    }
    await client.publish(w.channel('plain'), 1);
  }, PROXIED),

  scenario('the application refreshes connections, the client need not', async (w) => {
    const data = { login: w.user('ada'), expire_at: unix_now() + 2 };
    const client = w.client({ data });
    await client.connect();
    const ending = w.client({ data: { login: w.user('gone'), expire_at: unix_now() + 3 } });
    await ending.connect();
    await ends_with(ending, 3005);
    await client.publish(w.channel('plain'), 1);
    assert.ok(asked(w, 'refresh').length >= 1);
  }, PROXIED),

  scenario('where the application refreshes, a client that does is 3501', async (w) => {
    const client = w.client({ data: { login: w.user('ada'), expire_at: unix_now() + 3600 } });
    await client.connect();
    await disconnects(client.call({ refresh: { token: w.token('ada') } }), 3501);
  }, { ...PROXIED, driver: 'strict' }),
];
