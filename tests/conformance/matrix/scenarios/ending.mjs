// Ends that take a server of their own.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { ends_with } from '../world.mjs';

const PUBLICATIONS_MAX = 1000;

async function has_counted_3008(w) {
  const metrics = await (await fetch(`${w.server.url}/metrics`)).text();
  return /num_server_disconnects\{code="3008"\} [1-9]/.test(metrics);
}

export const ending = [
  scenario('a server that is told to stop says 3001 to everybody', async (w) => {
    await w.own_server({});
    const clients = [await w.connected('ada'), await w.witness()];
    const gone = Promise.all(clients.map((client) => ends_with(client, 3001)));
    w.server.signal('SIGTERM');
    await gone;
    assert.deepEqual(await w.server.exit(), { code: 0, signal: null });
  }),

  scenario('a client that does not read is 3008', async (w) => {
    await w.own_server({ client: { queue_max_size: 65536 } });
    const client = await w.connected('slow');
    const channel = w.channel('plain');
    await client.subscribe(channel);
    const socket = client.transport.socket._socket;
    socket.pause();
    const data = 'x'.repeat(60_000);
    // What the kernel takes in both directions is a few megabytes; the queue begins behind it.
    for (let n = 0; n < PUBLICATIONS_MAX && !await has_counted_3008(w); ++n) {
      await w.api('publish', { channel, data });
    }
    socket.resume();
    await ends_with(client, 3008);
    await (await w.witness()).publish(channel, 'the others go on');
  }, { driver: 'strict', transport: 'websocket' }),
];
