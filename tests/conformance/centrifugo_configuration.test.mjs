// A configuration as it is written for Centrifugo v6, passed to --config as it is.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { RawClient, refused_status } from './raw_client.mjs';
import { ServerProcess, free_port, token, unix_now } from './server_process.mjs';

const run_file = promisify(execFile);
const binary = process.env.TROUPE_BINARY;
const SECRET = '0f3a9c5e7b1d8e2f4a6c0b9d7e5f3a1c';
const KEY = '3c9f1a7e5b2d4f6a8c0e1b3d5f7a9c2e';
const CLAIMS = { aud: 'chat-frontend', iss: 'https://auth.example.com' };

for (const format of ['json', 'toml']) {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)),
    'centrifugo', `config.${format}`);

  test(`${format}: every option is known, and what has no effect is said`, async () => {
    const { stdout, stderr } = await run_file(binary, ['checkconfig', '--config', file],
      { env: {} });
    assert.match(stdout, /The configuration is valid/);
    const lines = stderr.trim().split('\n');
    for (const line of lines) assert.match(line, /^warning: .* has no effect here: /);
    const ignored = lines.map((line) => line.split(' ')[1]).sort();
    assert.deepEqual(ignored,
      ['admin', 'client.concurrency', 'health.enabled', 'prometheus.enabled', 'usage_stats']);
  });

  test(`${format}: a server that is started with it does what it says`, async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'troupe-conformance-'));
    const port = await free_port();
    const child = spawn(binary, ['serve', '--config', file, '--port', String(port)],
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new ServerProcess(child, port, folder);
    t.after(() => server.stop());
    await server.until_ready();

    assert.equal(await refused_status(server, { origin: 'https://shop.example.org' }), 101);
    assert.equal(await refused_status(server, { origin: 'https://example.net' }), 403);
    const client = await RawClient.open(server);
    client.send({ id: 1, connect: {
      token: token({ sub: 'ada', exp: unix_now() + 600, ...CLAIMS }, SECRET) } });
    const { connect } = await client.reply(1);
    assert.equal(connect.ping, 25);
    const { subscribe } = await client.call(2, { subscribe: { channel: 'chat:lobby' } });
    assert.equal(subscribe.recoverable, true);
    assert.equal((await client.push('join')).join.info.user, 'ada');
    assert.deepEqual(await client.call(3, { publish: { channel: 'chat:lobby', data: 1 } }),
      { publish: {} });
    assert.equal((await client.call(4, { publish: { channel: 'ticker:x', data: 1 } })).error.code,
      103);
    assert.equal((await client.call(5, { subscribe: { channel: 'notifications:ada' } })).error.code,
      103);
    const { status, body } = await server.post('presence', { channel: 'chat:lobby' },
      { 'X-API-Key': KEY });
    assert.equal(status, 200);
    assert.equal(Object.keys(body.result.presence).length, 1);

    const other = await RawClient.open(server);
    other.send({ id: 1, connect: { token: token({ sub: 'eve', aud: 'other' }, SECRET) } });
    await other.expect_close(3500, 'a token for another audience');
  });
}
