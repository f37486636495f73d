// kill -9 under load, again and again, on a persistent namespace: what was acknowledged is there,
// once, at the offset that was given; a subscriber that reconnects misses nothing.
//
// Who publishes through the API sends what got no answer again, under the same idempotency key: it
// has to be there exactly once in the end. Who publishes as a client cannot know, and does not try
// again: it is there at most once. TROUPE_KILLS and TROUPE_SEED repeat or lengthen a run.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { client_for, connected, event_of } from './npm_clients.mjs';
import { eventually, free_port, start_server_in } from './server_process.mjs';

const KILLS = Number(process.env.TROUPE_KILLS ?? 20);
const SEED = Number(process.env.TROUPE_SEED ?? 1);
const CHANNELS = ['durable:a', 'durable:b', 'durable:c'];
const API_PUBLISHERS = 6;
const CLIENT_PUBLISHERS = 2;
const LOAD_MS_MIN = 50;
const LOAD_MS_MAX = 500;
const PUBLICATIONS_MAX = 1_000_000;
const CONFIG = {
  client: { recovery_max_publication_limit: 100_000 },
  channel: {
    namespaces: [{
      name: 'durable', persistent: true, history_size: PUBLICATIONS_MAX, history_ttl: '1h',
      force_recovery: true, allow_subscribe_for_client: true, allow_publish_for_client: true,
    }],
  },
};

/** mulberry32: the same seed gives the same moments. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What is known of one channel. */
class Ledger {
  epoch = null;
  stored = [];          // text of the publication at offset i + 1, as history said
  acknowledged = [];    // {offset, text}; the offset is not known of a client's publication
  seen = new Map();     // text -> offset

  /** Takes in what history has after the last look. */
  async look(server, channel) {
    const due = this.acknowledged;  // what comes from here on may be newer than the answer
    this.acknowledged = [];
    const { publications, epoch, offset } = await server.api('history', {
      channel, limit: -1,
      ...(this.epoch && { since: { offset: this.stored.length, epoch: this.epoch } }),
    });
    this.epoch ??= epoch;
    assert.equal(epoch, this.epoch, `${channel} has another epoch`);
    for (const publication of publications) {
      assert.equal(publication.offset, this.stored.length + 1, `a hole in ${channel}`);
      const before = this.seen.get(publication.data);
      assert.equal(before, undefined,
        `${publication.data} is in ${channel} twice: ${before} and ${publication.offset}`);
      this.seen.set(publication.data, publication.offset);
      this.stored.push(publication.data);
    }
    assert.equal(offset, this.stored.length, `the top of ${channel}`);
    for (const { offset: given, text } of due) {
      assert.ok(this.seen.has(text), `${text} was acknowledged in ${channel} and is lost`);
      assert.equal(this.seen.get(text), given ?? this.seen.get(text),
        `${text} was acknowledged at another offset`);
    }
  }
}

test(`${KILLS} kills under load lose and double nothing that was acknowledged`, async (t) => {
  t.diagnostic(`again: TROUPE_SEED=${SEED} TROUPE_KILLS=${KILLS}`);
  const next_random = random(SEED);
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-kills-'));
  const port = await free_port();
  let server = await start_server_in(folder, CONFIG, port);
  t.after(async () => {
    if (!server.has_exited) await server.kill();
    await rm(folder, { recursive: true, force: true });
  });
  const ledgers = new Map(CHANNELS.map((channel) => [channel, new Ledger()]));
  let is_over = false;
  let api_acknowledged = 0;
  let client_acknowledged = 0;

  /** Goes on with the same publication until it is acknowledged. */
  async function publish_by_api(who) {
    for (let n = 0; !is_over; ++n) {
      const channel = CHANNELS[(who + n) % CHANNELS.length];
      const text = `api ${who} ${n}`;
      for (;;) {
        const answer = await server.post('publish',
          { channel, data: text, idempotency_key: text }).catch(() => null);
        if (answer?.status === 200 && answer.body?.result) {
          ledgers.get(channel).acknowledged.push({ offset: answer.body.result.offset, text });
          ++api_acknowledged;
          break;
        }
        if (is_over) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  async function publish_by_client(who) {
    const client = client_for(t, server.websocket_url, 'json', { timeout: 2000 });
    await connected(client);
    for (let n = 0; !is_over; ++n) {
      const channel = CHANNELS[(who + n) % CHANNELS.length];
      const text = `client ${who} ${n}`;
      const stored = await client.publish(channel, text).then(() => true, () => false);
      if (stored) {
        ledgers.get(channel).acknowledged.push({ text });
        ++client_acknowledged;
      } else {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  const received = new Map(CHANNELS.map((channel) => [channel, []]));
  const reader = client_for(t, server.websocket_url);
  await connected(reader);
  for (const channel of CHANNELS) {
    const subscription = reader.newSubscription(channel);
    const publications = received.get(channel);
    subscription.on('publication', ({ offset, data }) => publications.push({ offset, data }));
    subscription.on('subscribed', ({ wasRecovering, recovered }) => {
      assert.ok(!wasRecovering || recovered, `${channel} was not recovered`);
    });
    const ready = event_of(subscription, 'subscribed');
    subscription.subscribe();
    await ready;
  }

  const publishers = [
    ...Array.from({ length: API_PUBLISHERS }, (_, who) => publish_by_api(who)),
    ...Array.from({ length: CLIENT_PUBLISHERS }, (_, who) => publish_by_client(who)),
  ];
  for (let kill = 1; kill <= KILLS; ++kill) {
    const load_ms = LOAD_MS_MIN + next_random() * (LOAD_MS_MAX - LOAD_MS_MIN);
    await new Promise((resolve) => setTimeout(resolve, load_ms));
    await server.kill();
    server = await start_server_in(folder, CONFIG, port);
    for (const [channel, ledger] of ledgers) await ledger.look(server, channel);
  }
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS_MAX));
  is_over = true;
  await Promise.all(publishers);
  for (const [channel, ledger] of ledgers) {
    await ledger.look(server, channel);
    await eventually(() => received.get(channel).length >= ledger.stored.length,
      `last publications of ${channel} at the subscriber`);
    assert.deepEqual(received.get(channel).map(({ data }) => data), ledger.stored,
      `the subscriber of ${channel} missed or doubled something`);
    assert.ok(received.get(channel).every(({ offset }, i) => offset === i + 1));
  }
  t.diagnostic(`${api_acknowledged} by the API and ${client_acknowledged} by clients acknowledged`);
  assert.ok(api_acknowledged > KILLS && client_acknowledged > KILLS, 'there was no load');
});
