// Namespaces that are persistent: what a crash and a restart of the server leave of their channels.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { client_for, collector, connected, event_of, subscribed } from './npm_clients.mjs';
import { free_port, start_server_in } from './server_process.mjs';

const KEPT = {
  allow_subscribe_for_client: true, allow_publish_for_client: true,
  history_size: 100, history_ttl: '300s', force_recovery: true,
};
const CONFIG = {
  channel: {
    namespaces: [
      { name: 'durable', ...KEPT, persistent: true },
      { name: 'brief', ...KEPT, history_size: 3, history_ttl: '1s', persistent: true },
      { name: 'loose', ...KEPT },
    ],
  },
};
const SQLITE_USER_VERSION_AT = 60;

/** A folder whose servers follow one another. */
async function folder_for(t) {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-persistent-'));
  let running = null;
  t.after(async () => {
    if (running && !running.has_exited) await running.kill();
    await rm(folder, { recursive: true, force: true });
  });
  const port = await free_port();
  return {
    folder,
    file: path.join(folder, 'data', 'history.sqlite3'),
    async start() {
      running = await start_server_in(folder, CONFIG, port);
      return running;
    },
    async crash_and_start() {
      await running.kill();
      return this.start();
    },
    /** What a server says that cannot start here. */
    refusal() {
      const result = spawnSync(process.env.TROUPE_BINARY,
        ['serve', '--config', path.join(folder, 'config.json'), '--port', '0'],
        { cwd: folder, encoding: 'utf8', timeout: 20_000 });
      assert.equal(result.status, 1, result.stderr);
      return result.stderr;
    },
  };
}

const history = (server, channel) => server.api('history', { channel, limit: -1 });

test('a crash leaves epoch, offsets and publications as they were', async (t) => {
  const place = await folder_for(t);
  let server = await place.start();
  for (let n = 1; n <= 5; ++n) {
    await server.api('publish', { channel: 'durable:x', data: { n }, tags: { n: String(n) } });
    await server.api('publish', { channel: 'loose:x', data: { n } });
  }
  const before = await history(server, 'durable:x');
  const loose_before = await history(server, 'loose:x');
  assert.equal(before.offset, 5);
  server = await place.crash_and_start();
  assert.deepEqual(await history(server, 'durable:x'), before);
  const next = await server.api('publish', { channel: 'durable:x', data: 6 });
  assert.deepEqual(next, { offset: 6, epoch: before.epoch });
  const loose = await history(server, 'loose:x');
  assert.equal(loose.offset, 0);
  assert.notEqual(loose.epoch, loose_before.epoch, 'memory says that it has forgotten');
});

test('a client recovers over a crash what it missed, and nothing is lost', async (t) => {
  const place = await folder_for(t);
  let server = await place.start();
  const client = client_for(t, server.websocket_url);
  await connected(client);
  const subscription = client.newSubscription('durable:x');
  const received = collector(subscription);
  await subscribed(subscription);
  const sent = [];
  for (let crash = 0; crash < 3; ++crash) {
    for (let i = 0; i < 4; ++i) {
      sent.push(sent.length);
      await server.api('publish', { channel: 'durable:x', data: sent.at(-1) });
    }
    const again = event_of(subscription, 'subscribed', 20_000);
    server = await place.crash_and_start();
    assert.equal((await again).recovered, true);
  }
  assert.deepEqual(await received.until(sent.length), sent);
});

test('a retry over a crash doubles nothing, and an older version stays out', async (t) => {
  const place = await folder_for(t);
  let server = await place.start();
  const publish = (data, more) => server.api('publish', { channel: 'durable:x', data, ...more });
  const first = await publish(1, { idempotency_key: 'k' });
  const versioned = await publish(2, { version: 7, version_epoch: 'e' });
  server = await place.crash_and_start();
  assert.deepEqual(await publish(1, { idempotency_key: 'k' }), first);
  assert.deepEqual(await publish(3, { version: 7, version_epoch: 'e' }), versioned);
  assert.equal((await history(server, 'durable:x')).publications.length, 2);
});

test('size and time of the history hold over a crash, and a loss is told', async (t) => {
  const place = await folder_for(t);
  let server = await place.start();
  const client = client_for(t, server.websocket_url);
  await connected(client);
  const subscription = client.newSubscription('brief:x');
  const received = collector(subscription);
  await subscribed(subscription);
  await server.api('publish', { channel: 'brief:x', data: 1 });
  await received.until(1);
  client.disconnect();
  server = await place.crash_and_start();
  for (let n = 2; n <= 6; ++n) await server.api('publish', { channel: 'brief:x', data: n });
  server = await place.crash_and_start();
  const again = event_of(subscription, 'subscribed');
  client.connect();
  const context = await again;
  assert.equal(context.wasRecovering, true);
  assert.equal(context.recovered, false, 'of five that it missed three were kept');
  const top = await history(server, 'brief:x');
  assert.equal(top.offset, 6);
});

test('a second server on the same data refuses and names the first', async (t) => {
  const place = await folder_for(t);
  const server = await place.start();
  const text = place.refusal();
  assert.match(text, new RegExp(`is in use by process ${server.child.pid}`));
  await server.api('publish', { channel: 'durable:x', data: 1 });
});

test('data of a newer program, or of something else, is refused and left alone', async (t) => {
  const place = await folder_for(t);
  let server = await place.start();
  const kept = await server.api('publish', { channel: 'durable:x', data: 1 });
  server.signal('SIGTERM');
  await server.exit();
  const set_version = async (version) => {
    const file = await open(place.file, 'r+');
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(version);
    await file.write(bytes, 0, 4, SQLITE_USER_VERSION_AT);
    await file.close();
  };
  await set_version(99);
  assert.match(place.refusal(), /history\.sqlite3: has schema version 99.*use a newer program/);
  await set_version(1);
  server = await place.start();
  assert.equal((await history(server, 'durable:x')).offset, kept.offset);
  server.signal('SIGTERM');
  await server.exit();

  const whole = await readFile(place.file);
  await writeFile(place.file, 'not a database at all, but long enough to look like one');
  assert.match(place.refusal(), /history\.sqlite3: file is not a database/);
  await writeFile(place.file, whole);
  server = await place.start();
  assert.equal((await history(server, 'durable:x')).epoch, kept.epoch);
});

test('the data are for their owner alone', async (t) => {
  const place = await folder_for(t);
  await place.start();
  assert.equal((await stat(path.join(place.folder, 'data'))).mode & 0o777, 0o700);
});
