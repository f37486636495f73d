// What operators and orchestrators ask: liveness, readiness, health detail, Prometheus metrics.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { RawClient } from './raw_client.mjs';
import { start_server } from './server_process.mjs';

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

async function get(path) {
  const response = await fetch(server.url + path);
  return { status: response.status, type: response.headers.get('content-type') ?? '',
    text: await response.text() };
}

/** The samples of a scrape: [{name, labels, value}]. Every line has to be well formed. */
async function scrape() {
  const { status, type, text } = await get('/metrics');
  assert.equal(status, 200);
  assert.match(type, /^text\/plain/);
  const samples = text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)( \d+)?$/.exec(line);
    assert.ok(parts, `not a sample: ${line}`);
    const labels = Object.fromEntries([...(parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
      .map(([, name, value]) => [name, value]));
    return { name: parts[1], labels, value: Number(parts[3]) };
  });
  return { text, samples };
}

const labels_of = (samples, name) => {
  const found = samples.filter((sample) => sample.name === name);
  assert.ok(found.length > 0, `no metric ${name}`);
  return found.map(({ labels }) => Object.keys(labels).sort());
};

async function active(count, prefix) {
  const clients = [];
  for (let n = 0; n < count; ++n) {
    const client = await RawClient.connect(server, `${prefix}-user-${n}`);
    await client.call(2, { subscribe: { channel: `chat:${prefix}-channel-${n}` } });
    await client.call(3, { publish: { channel: `chat:${prefix}-channel-${n}`, data: {} } });
    clients.push(client);
  }
  return clients;
}

test('a running server is live and ready', async () => {
  assert.equal((await get('/health/live')).status, 200);
  assert.equal((await get('/health/ready')).status, 200);
});

test('health tells its parts', async () => {
  const { status, type, text } = await get('/health');
  assert.equal(status, 200);
  assert.match(type, /^application\/json/);
  const health = JSON.parse(text);
  assert.equal(health.status, 'healthy');
  const stated = typeof health.timestamp === 'number' ? health.timestamp * 1000
    : Date.parse(health.timestamp);
  assert.ok(Math.abs(Date.now() - stated) < 60_000, `timestamp ${health.timestamp}`);
  assert.ok('database' in health.checks, text);
  const { active_actors, status: actors_status, healthy } = health.checks.actors;
  assert.ok(Number.isInteger(active_actors) && active_actors > 0, text);
  assert.equal(actors_status, 'healthy');
  assert.equal(healthy, true);
});

test('health counts the actors that are alive', async () => {
  const count = async () => JSON.parse((await get('/health')).text).checks.actors.active_actors;
  const before_clients = await count();
  const clients = await active(5, 'counted');
  assert.ok(await count() >= before_clients + 10, 'a connection and a channel for each');
  for (const client of clients) await client.close();
});

test('metrics have the names and labels that the dashboards use', async () => {
  const [client] = await active(1, 'named');
  await client.close();
  const { samples } = await scrape();
  for (const [name, labels] of [
    ['troupe_actor_spawns_total', ['actor_type']],
    ['troupe_actor_stops_total', ['actor_type', 'reason']],
    ['troupe_actor_mailbox_depth', ['actor_type']],
    ['troupe_actor_message_duration_seconds_count', ['actor_type', 'message_type']],
    ['troupe_actor_message_duration_seconds_sum', ['actor_type', 'message_type']],
    ['troupe_actor_message_duration_seconds_bucket', ['actor_type', 'le', 'message_type']],
  ]) {
    for (const found of labels_of(samples, name)) assert.deepEqual(found, labels, name);
  }
  for (const name of ['troupe_actor_message_drops_total',
    'troupe_actor_mailbox_full_events_total']) {
    labels_of(samples, name);
  }
  const spawned = samples.filter(({ name }) => name === 'troupe_actor_spawns_total')
    .map(({ labels }) => labels.actor_type);
  for (const type of ['websocket_connection', 'channel']) {
    assert.ok(spawned.includes(type), `${spawned}`);
  }
});

test('spawns are counted one by one', async () => {
  const spawns = async () => (await scrape()).samples.find(({ name, labels }) =>
    name === 'troupe_actor_spawns_total'
      && labels.actor_type === 'websocket_connection')?.value ?? 0;
  const before_clients = await spawns();
  const clients = await active(7, 'spawned');
  assert.equal(await spawns(), before_clients + 7);
  for (const client of clients) await client.close();
});

test('the hub counts its clients under the name that Centrifugo gives them', async () => {
  const clients = await active(3, 'hub');
  const { samples } = await scrape();
  const counted = samples.filter(({ name }) => name === 'centrifugo_node_num_clients');
  assert.equal(counted.length, 1);
  assert.ok(counted[0].value >= 3, `${counted[0].value} clients`);
  for (const client of clients) await client.close();
});

test('no label holds an id, and more clients make no more series', async () => {
  const some = await active(10, 'series');
  const first = await scrape();
  const more = await active(30, 'series-more');
  const second = await scrape();
  for (const { id } of [...some, ...more]) assert.equal(second.text.includes(id), false, id);
  assert.doesNotMatch(second.text, /series-(more-)?(user|channel)-\d/);
  // Durations are sampled: a type of message may show for the first time at any moment. There are
  // as many of these as the program has types, whatever the clients do.
  const settled = ({ samples }) =>
    samples.filter(({ name }) => !name.startsWith('troupe_actor_message_duration_seconds'));
  assert.equal(settled(second).length, settled(first).length);
  for (const client of [...some, ...more]) await client.close();
});
