// The matrix for one client, encoding and transport: `node --test run.test.mjs` with
// MATRIX="strict protobuf http_stream".

import { after, test } from 'node:test';

import { strict_driver } from '../strict/strict_client.mjs';
import { npm_driver } from './npm_client.mjs';
import { applies_to } from './scenario.mjs';
import { SCENARIOS } from './scenarios/all.mjs';
import { server_named, stop_servers } from './servers.mjs';
import { World } from './world.mjs';

const SCENARIOS_AT_ONCE = 12;
const DRIVERS = { npm: npm_driver, strict: strict_driver };

const [name, encoding, transport] = (process.env.MATRIX ?? 'strict json websocket').split(' ');
const driver = DRIVERS[name](encoding, transport);

after(stop_servers);

test(`${name}, ${encoding} over ${transport}`, { concurrency: SCENARIOS_AT_ONCE }, async (t) => {
  const only = process.env.MATRIX_ONLY;
  const scenarios = SCENARIOS.filter((s) => applies_to(s, driver) && (!only || s.name.match(only)));
  await Promise.all(scenarios.map((scenario) => t.test(scenario.name, async () => {
    const world = new World(driver, await server_named(scenario.server));
    try {
      await scenario.run(world);
    } finally {
      await world.end();
    }
  })));
});
