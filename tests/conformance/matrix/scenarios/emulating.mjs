// What only transports have where commands come by other requests than the stream.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';

const ONLY_STRICT = { driver: 'strict' };

const EMULATED = ['http_stream', 'sse'].flatMap((transport) => [
  scenario('commands to a node that is not there are 404', async (w) => {
    const client = await w.connected('ada');
    const { session } = client.connected;
    const data = client.frame([{}]);
    assert.equal(await client.transport.sender.post({ session, node: 'elsewhere', data }), 404);
    await client.publish(w.channel('plain'), 1);
  }, { ...ONLY_STRICT, transport }),

  scenario('commands to a session that is gone are taken and dropped', async (w) => {
    const gone = await w.connected('ada');
    const { node } = gone.connected;
    const data = gone.frame([{ id: 2, publish: { channel: 'plain:x', data: gone.payload(1) } }]);
    const status = await gone.transport.sender.post({ session: 'gone', node, data });
    assert.equal(status, 204);
  }, { ...ONLY_STRICT, transport }),

  scenario('what is no emulation request is 400', async (w) => {
    const client = await w.connected('ada');
    const { url } = client.transport.sender;
    const response = await fetch(url, { method: 'POST', body: '{"session":7',
      headers: { 'Content-Type': 'application/json' } });
    await response.arrayBuffer();
    assert.equal(response.status, 400);
    await client.publish(w.channel('plain'), 1);
  }, { ...ONLY_STRICT, transport }),

  scenario('a client that goes away has left its channels', async (w) => {
    const channel = w.channel('chat');
    const watching = await (await w.witness()).subscribe(channel);
    await watching.join();
    const client = await w.connected('ada');
    await client.subscribe(channel);
    assert.equal((await watching.join()).user, w.user('ada'));
    await client.pause();
    assert.equal((await watching.leave()).user, w.user('ada'));
  }, { ...ONLY_STRICT, transport }),
]);

export const emulating = [
  ...EMULATED,

  scenario('events come for a POST as well', async (w) => {
    const client = await w.connected('ada', { transport: { method: 'POST' } });
    await client.publish(w.channel('plain'), 1);
  }, { ...ONLY_STRICT, transport: 'sse' }),
];
