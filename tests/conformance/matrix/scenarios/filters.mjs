// Subscribers that want only some publications, by their tags.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, next_publications, refuses } from '../world.mjs';

const leaf = (key, cmp, val) => ({ key, cmp, val });
const one_of = (key, cmp, vals) => ({ key, cmp, vals });
const all_of = (...nodes) => ({ op: 'and', nodes });
const any_of = (...nodes) => ({ op: 'or', nodes });
const none_of = (node) => ({ op: 'not', nodes: [node] });

const TAGS = [
  { color: 'red', size: '5' }, { color: 'blue', size: '12' }, { color: 'red', size: '40' },
  { color: 'dark-red' }, {},
];

const FILTERS = {
  eq: [leaf('color', 'eq', 'red'), [0, 2]],
  neq: [all_of({ key: 'color', cmp: 'ex' }, leaf('color', 'neq', 'red')), [1, 3]],
  in: [one_of('color', 'in', ['red', 'blue']), [0, 1, 2]],
  nin: [all_of({ key: 'color', cmp: 'ex' }, one_of('color', 'nin', ['red', 'blue'])), [3]],
  ex: [{ key: 'size', cmp: 'ex' }, [0, 1, 2]],
  nex: [{ key: 'size', cmp: 'nex' }, [3, 4]],
  sw: [leaf('color', 'sw', 'dark'), [3]],
  ew: [leaf('color', 'ew', 'red'), [0, 2, 3]],
  ct: [leaf('color', 'ct', 'lu'), [1]],
  lt: [leaf('size', 'lt', '12'), [0]],
  lte: [leaf('size', 'lte', '12'), [0, 1]],
  gt: [leaf('size', 'gt', '12'), [2]],
  gte: [leaf('size', 'gte', '12'), [1, 2]],
  and: [all_of(leaf('color', 'eq', 'red'), leaf('size', 'gt', '10')), [2]],
  or: [any_of(leaf('color', 'eq', 'blue'), leaf('size', 'eq', '5')), [0, 1]],
  not: [all_of({ key: 'size', cmp: 'ex' }, none_of(leaf('color', 'eq', 'red'))), [1]],
};

const LAST = { color: 'red blue dark-red lu', size: '12', last: 'yes' };

/** Publishes everything, and a last one that is published to a channel of its own. */
async function publish_tagged(w, channel) {
  for (const [n, tags] of TAGS.entries()) await w.api('publish', { channel, data: n, tags });
  await w.api('publish', { channel, data: 'last', tags: LAST });
}

export const filtering = [
  ...Object.entries(FILTERS).map(([what, [filter, wanted]]) =>
    scenario(`a filter by '${what}' lets through what it says`, async (w) => {
      const client = await w.connected('ada');
      const channel = w.channel('tagged');
      const end = leaf('last', 'eq', 'yes');
      const subscription = await client.subscribe(channel, { filter: any_of(filter, end) });
      await publish_tagged(w, channel);
      assert.deepEqual(data_of(await next_publications(subscription, wanted.length + 1)),
        [...wanted, 'last']);
    })),

  scenario('a filter holds for what is recovered', async (w) => {
    const client = await w.connected('ada');
    const channel = w.channel('tagged');
    const subscription = await client.subscribe(channel, { filter: leaf('color', 'eq', 'red') });
    await client.pause();
    await publish_tagged(w, channel);
    await client.resume();
    assert.equal((await subscription.subscribed()).recovered, true);
    await w.api('publish', { channel, data: 'live', tags: { color: 'red' } });
    assert.deepEqual(data_of(await next_publications(subscription, 3)), [0, 2, 'live']);
  }),

  scenario('a channel that does not allow filters refuses them', async (w) => {
    const client = await w.connected('ada');
    await refuses(client.subscribe(w.channel('chat'), { filter: leaf('a', 'eq', 'b') }), 107);
  }),

  scenario('a filter that makes no sense is 107', async (w) => {
    const client = await w.connected('ada');
    for (const tf of [{ op: 'xor', nodes: [] }, leaf('a', 'about', 'b'), { op: 'and' },
      { op: 'not', nodes: [leaf('a', 'eq', 'b'), leaf('a', 'eq', 'b')] }]) {
      await refuses(client.call({ subscribe: { channel: w.channel('tagged'), tf } }), 107);
    }
  }, { driver: 'strict' }),
];
