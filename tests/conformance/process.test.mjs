// The process itself: what it says when it starts, how it refuses to, how it ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { RawClient } from './raw_client.mjs';
import { ServerProcess, free_port, start_server, within } from './server_process.mjs';

/** Runs the binary with these arguments in a folder of its own; nothing is configured. */
async function run(t, ...parameters) {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-process-'));
  const child = spawn(process.env.TROUPE_BINARY, parameters,
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  const port = Number(parameters[parameters.indexOf('--port') + 1]);
  const started = new ServerProcess(child, port, folder);
  t.after(async () => {
    if (!started.has_exited) started.signal('SIGKILL');
    await started.exited;
    await rm(folder, { recursive: true, force: true });
  });
  return started;
}

test('without a configuration it says where it is and lets people at this machine try it',
  async (t) => {
    const port = await free_port();
    const server = await run(t, 'serve', '--port', String(port));
    await server.until_ready();
    assert.match(server.output, new RegExp(`is listening on http://127\\.0\\.0\\.1:${port}\n`));
    const ask = (body, headers = {}) => fetch(`${server.url}/dev/token`,
      { method: 'POST', body: JSON.stringify(body), headers });
    const answer = await ask({ user: 'ada' });
    assert.equal(answer.status, 200);
    const { token } = await answer.json();

    const client = await RawClient.open(server);
    assert.ok((await client.call(1, { connect: { token } })).connect);
    const { subscribe } = await client.call(2, { subscribe: { channel: 'chat:lobby' } });
    assert.equal(subscribe.recoverable, true);
    assert.deepEqual(await client.call(3, { publish: { channel: 'chat:lobby', data: 1 } }),
      { publish: {} });
    const { presence } = await client.call(4, { presence: { channel: 'chat:lobby' } });
    assert.deepEqual(Object.values(presence.presence).map(({ user }) => user), ['ada']);

    assert.equal((await ask({ user: '' })).status, 400);
    assert.equal((await ask({ user: 'eve' }, { Origin: 'https://evil.example.com' })).status, 403);
    assert.equal((await ask({ user: 'eve' }, { 'X-Forwarded-For': '192.0.2.7' })).status, 404);
    await client.close();
    server.signal('SIGINT');
    assert.deepEqual(await server.exit(), { code: 0, signal: null });
  });

test('with a secret of its own it gives no tokens away', async (t) => {
  const server = await start_server();
  t.after(() => server.stop());
  const answer = await fetch(`${server.url}/dev/token`, { method: 'POST', body: '{"user":"eve"}' });
  assert.equal(answer.status, 404);
});

test('an address in use is said in one line, and the exit code is 1', async (t) => {
  const first = await start_server();
  t.after(() => first.stop());
  const second = await run(t, 'serve', '--port', String(first.port));
  assert.deepEqual(await second.exit(), { code: 1, signal: null });
  assert.match(second.output, new RegExp(
    `error: cannot listen on 127\\.0\\.0\\.1:${first.port}: address in use; `
    + 'choose another with --port'));
});

test('signals that come together are one, and the drain is not cut short', async () => {
  const server = await start_server();
  const client = await RawClient.connect(server);
  const closed = within(new Promise((resolve) => { client.socket.on('close', resolve); }), 'close');
  for (let i = 0; i < 3; ++i) server.signal(i % 2 ? 'SIGINT' : 'SIGTERM');
  assert.equal(await closed, 3001);
  assert.deepEqual(await server.exit(), { code: 0, signal: null });
  await rm(server.folder, { recursive: true, force: true });
});

test('a second signal ends it at once with 1', async () => {
  const server = await start_server();
  const stuck = await RawClient.connect(server);
  stuck.socket.pause();  // it never answers the close frame, so the drain has to wait for it
  server.signal('SIGTERM');
  await within(new Promise((resolve) => {
    server.child.stderr.on('data', () => { if (server.output.includes('draining')) resolve(); });
  }), 'drain');
  server.signal('SIGTERM');
  assert.deepEqual(await server.exit(), { code: 1, signal: null });
  stuck.socket.terminate();
  await rm(server.folder, { recursive: true, force: true });
});
