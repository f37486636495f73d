// permessage-deflate, where the operator has switched it on.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { disconnects } from '../world.mjs';

const DEFLATING = { server: 'deflating', transport: 'websocket' };
const OFFERED = { transport: { deflate: true } };

const PAYLOADS = ['short', 'the same again and again. '.repeat(2_000),
  Array.from({ length: 3_000 }, (_, n) => (n * 7919) % 10_007)];

export const deflating = [
  scenario('payloads arrive as they were sent, deflated on the way', async (w) => {
    const client = await w.connected('ada', OFFERED);
    if (w.driver.name === 'strict') {
      assert.match(client.transport.socket.extensions, /permessage-deflate/);
    }
    const channel = w.channel('chat');
    const subscription = await client.subscribe(channel);
    for (const payload of PAYLOADS) {
      await client.publish(channel, payload);
      assert.deepEqual((await subscription.publication()).data, payload);
    }
  }, DEFLATING),

  scenario('who does not offer it speaks plainly', async (w) => {
    const client = await w.connected('ada');
    assert.equal(client.transport.socket.extensions, '');
    await client.publish(w.channel('plain'), 1);
  }, { ...DEFLATING, driver: 'strict' }),

  scenario('what is ten times too large once it is inflated is 1009', async (w) => {
    const client = await w.connected('eve', OFFERED);
    const publish = (count) => client.call({ publish: { channel: w.channel('plain'),
      data: client.payload('x'.repeat(count)) } });
    await publish(300_000);
    await disconnects(publish(700_000), 1009);
  }, { ...DEFLATING, driver: 'strict' }),
];
