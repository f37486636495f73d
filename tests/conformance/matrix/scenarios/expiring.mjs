// Credentials that expire: refreshed in time nothing happens; otherwise it ends after the grace.
// The servers of this file have a grace of half a second.

import assert from 'node:assert/strict';

import { unix_now } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { disconnects, ends_with, refuses } from '../world.mjs';

const in_a_moment = () => unix_now() + 2;
const in_an_hour = () => unix_now() + 3600;
/** An application that does not come up with another token in time. */
const never = () => new Promise(() => {});
const ONLY_STRICT = { driver: 'strict', server: 'expiring' };

export const expiring = [
  scenario('a connection that is not refreshed is 3005', async (w) => {
    const client = await w.connected('ada',
      { token: w.token('ada', { exp: in_a_moment() }), get_token: never });
    await ends_with(client, 3005);
  }, { server: 'expiring' }),

  scenario('a connection that is refreshed goes on', async (w) => {
    let asked = 0;
    const client = await w.connected('ada', { token: w.token('ada', { exp: in_a_moment() }),
      get_token: async () => { asked += 1; return w.token('ada', { exp: in_an_hour() }); } });
    const late = await w.witness('late', { token: w.token('late', { exp: in_a_moment() + 1 }) });
    await ends_with(late, 3005);
    await client.publish(w.channel('plain'), 1);
    assert.equal(asked, 1);
  }, { server: 'expiring' }),

  scenario('expire_at 0 is a connection that never expires', async (w) => {
    const client = w.client({ token: w.token('ada', { exp: in_a_moment(), expire_at: 0 }) });
    await client.connect();
    assert.equal(client.connected.expires, undefined);
  }, ONLY_STRICT),

  scenario('expire_at counts, whatever exp says', async (w) => {
    const client = w.client({
      token: w.token('ada', { exp: in_an_hour(), expire_at: in_a_moment() }) });
    await client.connect();
    assert.ok(client.connected.ttl <= 2, `ttl ${client.connected.ttl}`);
    await ends_with(client, 3005);
  }, ONLY_STRICT),

  scenario('a refresh wants a good token of the same user', async (w) => {
    for (const [token, code] of [[w.token('eve', { exp: in_an_hour() }), 3500],
      ['no token', 3500], [w.token('ada', { exp: unix_now() - 1 }), 3005]]) {
      const client = await w.connected('ada', { token: w.token('ada', { exp: in_an_hour() }) });
      await disconnects(client.call({ refresh: { token } }), code);
    }
  }, ONLY_STRICT),

  scenario('a refresh says how long it holds', async (w) => {
    const client = await w.connected('ada', { token: w.token('ada', { exp: in_an_hour() }) });
    const { expires, ttl } = await client.call(
      { refresh: { token: w.token('ada', { exp: unix_now() + 500 }) } });
    assert.equal(expires, true);
    assert.ok(ttl > 490 && ttl <= 500, `ttl ${ttl}`);
  }, ONLY_STRICT),

  scenario('a subscription that is not refreshed ends with 2501', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    const subscription = await client.subscribe(channel, {
      token: w.subscription_token('ada', channel, { exp: in_a_moment() }), get_token: never });
    assert.equal((await subscription.ended()).code, 2501);
    await client.publish(w.channel('plain'), 1);
  }, { server: 'expiring' }),

  scenario('a subscription that is refreshed goes on', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('closed');
    let asked = 0;
    const subscription = await client.subscribe(channel, {
      token: w.subscription_token('ada', channel, { exp: in_a_moment() }),
      get_token: async () => {
        asked += 1;
        return w.subscription_token('ada', channel, { exp: in_an_hour() });
      } });
    const late = await w.witness();
    const lost = await late.subscribe(channel, {
      token: w.subscription_token('wit', channel, { exp: in_a_moment() + 1 }) });
    assert.equal((await lost.ended()).code, 2501);
    await w.api('publish', { channel, data: 'still here' });
    assert.equal((await subscription.publication()).data, 'still here');
    assert.equal(asked, 1);
  }, { server: 'expiring' }),

  scenario('a sub_refresh wants a good token for the channel', async (w) => {
    const channel = w.channel('closed');
    const token_for = (claims) => w.subscription_token('ada', channel, claims);
    const subscribed = async () => {
      const client = await w.connected('ada');
      await client.subscribe(channel, { token: token_for({ exp: in_an_hour() }) });
      return (token) => client.call({ sub_refresh: { channel, token } });
    };
    const refresh = await subscribed();
    const { expires, ttl } = await refresh(token_for({ exp: unix_now() + 500 }));
    assert.equal(expires, true);
    assert.ok(ttl > 490 && ttl <= 500, `ttl ${ttl}`);
    await refuses(refresh('no token'), 103);
    await refuses(refresh(token_for({ exp: unix_now() - 1 })), 109);
    await disconnects(refresh(w.subscription_token('bob', channel)), 3500);
  }, ONLY_STRICT),
];
