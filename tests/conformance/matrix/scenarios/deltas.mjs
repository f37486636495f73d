// Fossil deltas: agreed on at the subscribe, whole where a patch would not pay, restored by both
// clients to the payload that was published.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, disconnects, next_publications } from '../world.mjs';

const LONG = 'a text so long that a patch is smaller than the whole of it. '.repeat(4);
const document_of = (n) => ({ title: LONG, body: [LONG, n, 'ü ✓'], n });

async function subscribed(w, namespace, options = { delta: 'fossil' }) {
  const client = await w.connected('ada');
  const channel = w.channel(namespace);
  return { client, channel, subscription: await client.subscribe(channel, options) };
}

const documents = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, n) => document_of(first + n));

async function publish_documents(client, channel, first, last) {
  for (const document of documents(first, last)) await client.publish(channel, document);
}

export const deltas = [
  scenario('live publications come as patches, the first of them whole', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta');
    await publish_documents(client, channel, 1, 5);
    assert.deepEqual(data_of(await next_publications(subscription, 5)), documents(1, 5));
    assert.equal(subscription.patches, 4);
  }),

  scenario('who did not ask gets whole publications beside who did', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta');
    const other = await (await w.connected('bob')).subscribe(channel);
    await publish_documents(client, channel, 1, 3);
    for (const each of [subscription, other]) {
      assert.deepEqual(data_of(await next_publications(each, 3)), documents(1, 3));
    }
    assert.deepEqual([subscription.patches, other.patches], [2, 0]);
  }),

  scenario('a publication that has nothing of the last is sent whole', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta');
    await client.publish(channel, document_of(1));
    await client.publish(channel, 7);
    await client.publish(channel, document_of(2));
    assert.deepEqual(data_of(await next_publications(subscription, 3)),
      [document_of(1), 7, document_of(2)]);
    assert.equal(subscription.patches, 0);
  }),

  scenario('what is recovered is patched, and what follows is patched on it', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta');
    const author = await w.witness();
    await publish_documents(author, channel, 1, 2);
    await next_publications(subscription, 2);
    await client.pause();
    await publish_documents(author, channel, 3, 6);
    await client.resume();
    const result = await subscription.subscribed();
    assert.equal(result.recovered, true);
    await publish_documents(author, channel, 7, 8);
    assert.deepEqual(data_of(await next_publications(subscription, 6)), documents(3, 8));
    assert.ok(subscription.patches >= 3, `${subscription.patches} patches`);
  }),

  scenario('after a recovery of nothing what comes next is understood', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta');
    const author = await w.witness();
    await publish_documents(author, channel, 1, 2);
    await next_publications(subscription, 2);
    await client.pause();
    await client.resume();
    await subscription.subscribed();
    await publish_documents(author, channel, 3, 4);
    assert.deepEqual(data_of(await next_publications(subscription, 2)), documents(3, 4));
  }),

  scenario('after a recovery that failed the next one is whole', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta_short');
    const author = await w.witness();
    await publish_documents(author, channel, 1, 1);
    await next_publications(subscription, 1);
    await client.pause();
    await publish_documents(author, channel, 2, 8);
    await client.resume();
    assert.equal((await subscription.subscribed()).recovered, false);
    const before = subscription.patches;
    await publish_documents(author, channel, 9, 9);
    assert.deepEqual(data_of(await next_publications(subscription, 1)), documents(9, 9));
    assert.equal(subscription.patches, before);
    await publish_documents(author, channel, 10, 10);
    assert.deepEqual(data_of(await next_publications(subscription, 1)), documents(10, 10));
    assert.equal(subscription.patches, before + 1);
  }),

  scenario('the API says which publication may be a patch', async (w) => {
    const { channel, subscription } = await subscribed(w, 'delta_asked');
    for (const [n, delta] of [[1, true], [2, true], [3, false], [4, true]]) {
      await w.api('publish', { channel, data: document_of(n), delta });
    }
    assert.deepEqual(data_of(await next_publications(subscription, 4)), documents(1, 4));
    assert.ok(subscription.patches >= 1 && subscription.patches <= 2,
      `${subscription.patches} patches`);
  }),

  scenario('history is never patched', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'delta');
    await publish_documents(client, channel, 1, 3);
    await next_publications(subscription, 3);
    const { publications } = await client.history(channel, { limit: -1 });
    assert.deepEqual(data_of(publications), documents(1, 3));
  }),

  scenario('a namespace that does not allow deltas gives none', async (w) => {
    const { client, channel, subscription } = await subscribed(w, 'chat');
    await publish_documents(client, channel, 1, 3);
    assert.deepEqual(data_of(await next_publications(subscription, 3)), documents(1, 3));
    assert.equal(subscription.patches, 0);
  }),

  scenario('an agreement on deltas is in the reply', async (w) => {
    const client = await w.connected('ada');
    const request = { channel: w.channel('delta'), delta: 'fossil' };
    assert.equal((await client.call({ subscribe: request })).delta, true);
    const other = { channel: w.channel('chat'), delta: 'fossil' };
    assert.equal((await client.call({ subscribe: other })).delta, undefined);
    const unknown = { channel: w.channel('delta', 'x'), delta: 'xdelta' };
    await disconnects(client.call({ subscribe: unknown }), 3501);
  }, { driver: 'strict' }),
];
