// One channel, a thousand subscribers, a thousand publications from two publishers at once: every
// subscriber receives all of them, in one and the same order.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';

import { RawClient } from './raw_client.mjs';
import { start_server, token, within } from './server_process.mjs';

const SUBSCRIBERS = 1000;
const PUBLICATIONS = 1000;
const PUBLISHERS = 2;
const OPENING_AT_ONCE = 50;
const COMMANDS_IN_FLIGHT = 20;
const CHANNEL = 'chat:fan-out';
const DELIVERY_MS_MAX = 90_000;

let server;
before(async () => { server = await start_server(); });
after(() => server?.stop());

/** Reads its socket bare, for a million messages: the offsets and numbers in order of arrival. */
class Subscriber {
  constructor(number) {
    this.numbers = [];
    this.offsets = [];
    this.unexpected = [];
    this.socket = new WebSocket(server.websocket_url, { perMessageDeflate: false });
    this.subscribed = new Promise((resolve, reject) => {
      this.socket.on('error', reject);
      this.socket.on('open', () => this.socket.send(
        `${JSON.stringify({ id: 1, connect: { token: token({ sub: `user-${number}` }) } })}\n`
        + JSON.stringify({ id: 2, subscribe: { channel: CHANNEL } })));
      this.on_subscribed = resolve;
    });
    this.complete = new Promise((resolve, reject) => {
      this.on_complete = resolve;
      this.socket.on('close', (code) => reject(new Error(
        `subscriber ${number} closed with ${code} after ${this.numbers.length} publications`)));
    });
    this.complete.catch(() => {});  // told where it is awaited
    this.socket.on('message', (data) => {
      for (const text of data.toString().split('\n')) this.#read(JSON.parse(text));
    });
  }

  #read(message) {
    const pub = message.push?.pub;
    if (pub) {
      this.numbers.push(pub.data);
      this.offsets.push(pub.offset);
      if (this.numbers.length === PUBLICATIONS) this.on_complete();
    } else if (message.id === 2 && message.subscribe) {
      this.on_subscribed();
    } else if (Object.keys(message).length === 0) {
      this.socket.send('{}');
    } else if (!message.connect && !message.push?.join) {
      this.unexpected.push(message);
    }
  }
}

/** Publishes its share with a bounded number of commands unanswered; gives the acknowledged. */
async function publish_share(publisher, client) {
  const share = PUBLICATIONS / PUBLISHERS;
  for (let first = 0; first < share; first += COMMANDS_IN_FLIGHT) {
    const count = Math.min(COMMANDS_IN_FLIGHT, share - first);
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    client.send(...numbers.map((n) => (
      { id: n + 10, publish: { channel: CHANNEL, data: publisher * share + n } })));
    for (const n of numbers) {
      assert.deepEqual(await client.reply(n + 10), { id: n + 10, publish: {} });
    }
  }
}

test('1000 connections receive 1000 publications of two publishers, all in the same order',
  async (t) => {
    const opening = performance.now();
    const subscribers = [];
    t.after(() => subscribers.forEach(({ socket }) => socket.terminate()));
    while (subscribers.length < SUBSCRIBERS) {
      const wave = Array.from({ length: OPENING_AT_ONCE },
        (_, index) => new Subscriber(subscribers.length + index));
      subscribers.push(...wave);
      await within(Promise.all(wave.map(({ subscribed }) => subscribed)), 'subscriptions', 30_000);
    }
    const publishers = await Promise.all(Array.from({ length: PUBLISHERS },
      (_, index) => RawClient.connect(server, `publisher-${index}`)));
    t.after(() => publishers.forEach(({ socket }) => socket.terminate()));
    const opened_s = (performance.now() - opening) / 1000;

    const publishing = performance.now();
    await within(Promise.all([
      ...publishers.map((client, index) => publish_share(index, client)),
      ...subscribers.map(({ complete }) => complete),
    ]), 'complete delivery', DELIVERY_MS_MAX).catch((error) => {
      const short = subscribers.filter(({ numbers }) => numbers.length < PUBLICATIONS);
      const fewest = Math.min(...subscribers.map(({ numbers }) => numbers.length));
      throw new Error(`${short.length} subscribers are incomplete, the worst has ${fewest} of `
        + `${PUBLICATIONS}`, { cause: error });
    });
    const delivered_s = (performance.now() - publishing) / 1000;

    const [first, ...others] = subscribers;
    const offsets = Array.from({ length: PUBLICATIONS }, (_, index) => index + 1);
    assert.deepEqual(first.offsets, offsets);
    assert.deepEqual([...first.numbers].sort((a, b) => a - b), offsets.map((n) => n - 1));
    const share = PUBLICATIONS / PUBLISHERS;
    for (let publisher = 0; publisher < PUBLISHERS; ++publisher) {
      const own = first.numbers.filter((n) => Math.floor(n / share) === publisher);
      assert.deepEqual(own, [...own].sort((a, b) => a - b), 'the order of one publisher is kept');
    }
    const order = first.numbers.join();
    const offset_order = first.offsets.join();
    for (const { numbers, offsets: theirs, unexpected } of others) {
      assert.equal(numbers.join(), order);
      assert.equal(theirs.join(), offset_order);
      assert.deepEqual(unexpected, []);
    }
    const deliveries = SUBSCRIBERS * PUBLICATIONS;
    t.diagnostic(`${SUBSCRIBERS} subscribers in ${opened_s.toFixed(2)} s; ${deliveries} deliveries `
      + `in ${delivered_s.toFixed(2)} s, ${Math.round(deliveries / delivered_s)} per second`);
  });
