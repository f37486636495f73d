// Connecting, being refused, being told to go.

import assert from 'node:assert/strict';

import { token, unix_now } from '../../server_process.mjs';
import { scenario } from '../scenario.mjs';
import { disconnects, ends_with, refuses } from '../world.mjs';

export const connecting = [
  scenario('two connections of a user have ids of their own', async (w) => {
    const first = await w.connected('ada');
    const second = await w.connected('ada');
    assert.notEqual(first.id, second.id);
  }),

  scenario('a token nobody signed is 3500', async (w) => {
    await disconnects(w.client({ token: `${w.token('eve')}x` }).connect(), 3500);
    await disconnects(w.client({ token: 'no token' }).connect(), 3500);
  }),

  scenario('a token for a channel is no token for a connection', async (w) => {
    await disconnects(w.client({ token: w.token('eve', { channel: 'plain:x' }) }).connect(), 3500);
  }),

  scenario('an expired token is 109', async (w) => {
    await refuses(w.client({ token: w.token('ada', { exp: unix_now() - 60 }) }).connect(), 109);
  }),

  scenario('a token without a user is that of an anonymous user', async (w) => {
    const client = w.client({ token: token({}) });
    await client.connect();
    const channel = w.channel('everyone');
    await client.subscribe(channel);
    assert.deepEqual(await client.presence(channel),
      { [client.id]: { user: '', client: client.id } });
    await refuses(client.publish(w.channel('plain'), {}), 103);
  }),

  scenario('no token is 3501 where anonymous users are not admitted', async (w) => {
    await disconnects(w.client({}).connect(), 3501);
  }),

  scenario('an anonymous user connects where that is allowed', async (w) => {
    const client = w.client({});
    await client.connect();
    const channel = w.channel('everyone');
    const subscription = await client.subscribe(channel);
    await client.publish(channel, { n: 1 });
    const { data, info } = await subscription.publication();
    assert.deepEqual([data, info], [{ n: 1 }, { user: '', client: client.id }]);
    await refuses(client.subscribe(w.channel('readonly')), 103);
  }, { server: 'anonymous' }),

  scenario('an insecure server asks for no token and no permission', async (w) => {
    const client = w.client({});
    await client.connect();
    const channel = `room-${w.number}`;
    const subscription = await client.subscribe(channel);
    await client.publish(channel, 1);
    assert.equal((await subscription.publication()).data, 1);
  }, { server: 'insecure' }),

  scenario('the info of a token goes with its user', async (w) => {
    const client = await w.connected('ada', { token: w.token('ada', { info: { name: 'Ada' } }) });
    const channel = w.channel('chat');
    await client.subscribe(channel);
    assert.deepEqual(await client.presence(channel), { [client.id]:
      { user: w.user('ada'), client: client.id, conn_info: { name: 'Ada' } } });
  }),

  scenario('the info of a token may be bytes in base64', async (w) => {
    const b64info = Buffer.from('{"name":"Ada"}').toString('base64');
    const client = await w.connected('ada', { token: w.token('ada', { b64info }) });
    const channel = w.channel('chat');
    await client.subscribe(channel);
    assert.deepEqual((await client.presence(channel))[client.id].conn_info, { name: 'Ada' });
  }),

  scenario('a client that answers pings stays, one that does not is 3012', async (w) => {
    const client = await w.connected('ada');
    for (let count = 0; count < 2; ++count) {
      const silent = await w.witness('silent', { silent: true });
      await ends_with(silent, 3012);
    }
    await client.publish(w.channel('plain'), {});
  }, { server: 'pinging' }),

  scenario('a ping is answered on every transport, or it is 3012', async (w) => {
    const silent = await w.connected('silent', { silent: true });
    const answering = await w.connected('ada');
    await ends_with(silent, 3012);
    for (let count = 0; count < 2; ++count) await answering.events.next('ping');
    await answering.publish(w.channel('plain'), {});
  }, { server: 'pinging', driver: 'strict' }),

  scenario('connect and subscribe go in one frame', async (w) => {
    const client = w.client({ token: w.token('ada') });
    const channels = ['a', 'b', 'c'].map((rest) => w.channel('chat', rest));
    const { beside } = await client.connect(
      channels.map((channel) => ({ subscribe: { channel } })));
    for (const answer of beside) assert.equal((await answer).recoverable, true);
  }, { driver: 'strict' }),

  scenario('a connection that sends no connect is 3502', async (w) => {
    const client = w.client();
    await client.open();
    await ends_with(client, 3502);
  }, { server: 'narrow', driver: 'strict', transport: 'websocket' }),

  scenario('a connection whose connect failed is 3502, and 3501 if it goes on', async (w) => {
    const expired = { token: w.token('ada', { exp: unix_now() - 60 }) };
    const idle = w.client(expired);
    await refuses(idle.connect(), 109);
    const busy = w.client(expired);
    await refuses(busy.connect(), 109);
    await disconnects(busy.call({ publish: { channel: 'plain:x', data: busy.payload(1) } }), 3501);
    await ends_with(idle, 3502);
  }, { server: 'narrow', driver: 'strict', transport: 'websocket' }),
];
