// What a persistent channel keeps when the process is killed.

import assert from 'node:assert/strict';

import { scenario } from '../scenario.mjs';
import { data_of, next_publications } from '../world.mjs';

export const persisting = [
  scenario('a persistent channel survives a kill with position and publications', async (w) => {
    await w.own_server({ channel: { namespaces: [{ name: 'kept', history_size: 100,
      history_ttl: '300s', force_recovery: true, allow_subscribe_for_client: true,
      allow_publish_for_client: true, allow_history_for_client: true, persistent: true }] } });
    const client = await w.connected('ada');
    const channel = w.channel('kept');
    const subscription = await client.subscribe(channel);
    await w.publish_many(client, channel, 1, 5);
    await next_publications(subscription, 5);
    const { epoch } = subscription.result;
    await client.pause();
    await w.kill_and_restart();
    const author = await w.witness();
    await w.publish_many(author, channel, 6, 8);
    await client.resume();
    const result = await subscription.subscribed();
    assert.deepEqual([result.recovered, result.epoch], [true, epoch]);
    assert.deepEqual(data_of(await next_publications(subscription, 3)),
      [{ n: 6 }, { n: 7 }, { n: 8 }]);
    const { publications, offset } = await client.history(channel, { limit: -1 });
    assert.deepEqual([publications.length, offset], [8, 8]);
  }),
];
