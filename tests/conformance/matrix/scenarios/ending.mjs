// Ends that take a server of their own.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, ends_with, next_publications } from '../world.mjs';

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
    const witness = await (await w.witness()).subscribe(w.channel('plain', 'other'));
    // What the kernel takes in both directions is a few megabytes; the queue begins behind it.
    for (let n = 0; n < 400; ++n) await w.api('publish', { channel, data });
    await w.api('publish', { channel: w.channel('plain', 'other'), data: 'the others go on' });
    assert.deepEqual(data_of(await next_publications(witness, 1)), ['the others go on']);
    socket.resume();
    await ends_with(client, 3008);
  }, { driver: 'strict', transport: 'websocket' }),
];
