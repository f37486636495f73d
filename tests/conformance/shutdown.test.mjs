// SIGTERM under load: close code 3001 for everybody, no acknowledged publication lost, exit 0
// within the deadline, and clients that find the next server on the same port.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

import { RawClient } from './raw_client.mjs';
import { eventually, start_server, token, within } from './server_process.mjs';

const PUBLISHERS = 20;
const SUBSCRIBERS = 5;
const ACKNOWLEDGED_BEFORE_THE_SIGNAL = 500;
const COMMANDS_IN_FLIGHT = 10;
const SHUTDOWN_MS_MAX = 10_000;  // shutdown.timeout of the default configuration

/** Publishes until its connection closes, always with the same number of commands unanswered. */
class Publisher {
  constructor(client, channel, number, on_acknowledged) {
    this.acknowledged = [];
    let next_id = 10;
    const publish = () => {
      const id = next_id++;
      client.send({ id, publish: { channel, data: `${number}/${id}` } });
    };
    client.socket.on('message', (data) => {
      for (const text of data.toString().split('\n')) {
        const { id, publish: accepted } = JSON.parse(text);
        if (!(id >= 10)) continue;
        if (accepted) {
          this.acknowledged.push(`${number}/${id}`);
          on_acknowledged();
        }
        if (client.socket.readyState === WebSocket.OPEN) publish();
      }
    });
    for (let count = 0; count < COMMANDS_IN_FLIGHT; ++count) publish();
  }
}

test('SIGTERM under load loses nothing acknowledged, closes with 3001 and exits with 0',
  async () => {
    const server = await start_server();
    try {
      const channel = 'chat:shutdown';
      const subscribers = [];
      for (let number = 0; number < SUBSCRIBERS; ++number) {
        const client = await RawClient.connect(server, `subscriber-${number}`);
        await client.call(2, { subscribe: { channel } });
        subscribers.push(client);
      }
      const clients = [];
      for (let number = 0; number < PUBLISHERS; ++number) {
        clients.push(await RawClient.connect(server, `publisher-${number}`));
      }
      let total = 0;
      let under_load;
      const loaded = new Promise((resolve) => { under_load = resolve; });
      const publishers = clients.map((client, number) => new Publisher(client, channel, number,
        () => { if (++total === ACKNOWLEDGED_BEFORE_THE_SIGNAL) under_load(); }));
      await within(loaded, 'load');

      const signalled = performance.now();
      server.signal('SIGTERM');
      const { code, signal } = await server.exit();
      const took_ms = performance.now() - signalled;
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, server.output);
      assert.ok(took_ms <= SHUTDOWN_MS_MAX, `exit after ${took_ms} ms`);
      for (const client of [...subscribers, ...clients]) {
        assert.deepEqual(await within(client.closed, 'close'), { code: 3001, reason: 'shutdown' });
      }

      const seen = subscribers.map((client) => new Set(client.unread
        .filter(({ push }) => push?.pub).map(({ push }) => push.pub.data)));
      const acknowledged = publishers.flatMap((publisher) => publisher.acknowledged);
      assert.ok(acknowledged.length >= ACKNOWLEDGED_BEFORE_THE_SIGNAL);
      for (const one of seen) {
        assert.deepEqual(acknowledged.filter((publication) => !one.has(publication)), []);
      }
      for (const client of subscribers) {
        const offsets = client.unread.filter(({ push }) => push?.pub)
          .map(({ push }) => push.pub.offset);
        assert.deepEqual(offsets, offsets.map((_, index) => index + 1), 'no gap, no repetition');
      }
    } finally {
      await server.stop();
    }
  });

test('a centrifuge client is told 3001 and finds the next server on the same port', async (t) => {
  const first = await start_server();
  t.after(() => first.stop());
  const client = new Centrifuge(first.websocket_url, {
    websocket: WebSocket, token: token({ sub: 'ada' }), minReconnectDelay: 20,
    maxReconnectDelay: 100,
  });
  t.after(() => client.disconnect());
  const event_of = (emitter, name) =>
    within(new Promise((resolve) => emitter.once(name, resolve)), `event '${name}'`, 30_000);
  const subscription = client.newSubscription('chat:restart');
  const subscribed = event_of(subscription, 'subscribed');
  subscription.subscribe();
  client.connect();
  const { streamPosition: { epoch } } = await subscribed;

  const told = event_of(client, 'connecting');
  await first.stop();
  assert.deepEqual(await told, { code: 3001, reason: 'shutdown' });

  const back = event_of(subscription, 'subscribed');
  const second = await start_server({}, first.port);
  t.after(() => second.stop());
  const context = await back;
  assert.equal(context.wasRecovering, true);
  assert.equal(context.recovered, false, 'a memory history does not survive: the gap is told');
  assert.notEqual(context.streamPosition.epoch, epoch);
  const received = event_of(subscription, 'publication');
  await second.api('publish', { channel: 'chat:restart', data: { n: 1 } });
  assert.deepEqual((await received).data, { n: 1 });
});

test('a connection that never reads does not hold the shutdown up', async () => {
  const server = await start_server({ shutdown: { timeout: '3s' } });
  try {
    const stuck = await RawClient.connect(server, 'stuck');
    await stuck.call(2, { subscribe: { channel: 'plain:stuck' } });
    stuck.socket.pause();
    const data = 'x'.repeat(30_000);
    for (let n = 0; n < 30; ++n) await server.api('publish', { channel: 'plain:stuck', data });
    const signalled = performance.now();
    server.signal('SIGTERM');
    const { code } = await server.exit();
    assert.equal(code, 0, server.output);
    assert.ok(performance.now() - signalled < 3_000 + 1_000, 'within shutdown.timeout');
    stuck.socket.terminate();
  } finally {
    await server.stop();
  }
});

test('a server that drains takes no new connections', async () => {
  const server = await start_server();
  try {
    await RawClient.connect(server);
    server.signal('SIGTERM');
    await eventually(async () => {
      const answer = await fetch(`${server.url}/health/ready`).catch(() => ({ status: 0 }));
      return answer.status !== 200;
    }, 'end of readiness');
    assert.equal((await server.exit()).code, 0);
  } finally {
    await server.stop();
  }
});
