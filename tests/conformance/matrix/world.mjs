// What one scenario of the matrix has at hand: its server, the driver under test, names that no
// other scenario uses, clients that end with it.

import assert from 'node:assert/strict';

import { token, within } from '../server_process.mjs';
import { strict_driver } from '../strict/strict_client.mjs';
import { Disconnected, Refused } from './driver.mjs';
import { start_configured, start_in_place_of } from './servers.mjs';

/** Who watches, when the client under test should be observed by another: always the same. */
const WITNESS = strict_driver('json', 'websocket');

let scenarios_begun = 0;

export class World {
  #clients = [];
  #own_server;
  #own_changes;

  constructor(driver, server) {
    this.driver = driver;
    this.server = server;
    this.number = ++scenarios_begun;
  }

  channel(namespace, rest = 'room') {
    return `${namespace}:${rest}-${this.number}`;
  }

  user(name) {
    return `${name}-${this.number}`;
  }

  token(name, claims = {}) {
    return token({ sub: this.user(name), ...claims });
  }

  subscription_token(name, channel, claims = {}) {
    return token({ sub: this.user(name), channel, ...claims });
  }

  /** A client that has not connected. */
  client(options = {}, driver = this.driver) {
    const client = driver.open(this.server, options);
    this.#clients.push(client);
    return client;
  }

  async connected(name = 'ada', options = {}, driver = this.driver) {
    const client = this.client({ token: this.token(name), ...options }, driver);
    await client.connect();
    return client;
  }

  /** A strict client in JSON over WebSocket, whatever is under test. */
  witness(name = 'wit', options = {}) {
    return this.connected(name, options, WITNESS);
  }

  /** A strict client of another encoding over WebSocket. */
  speaker_of(encoding, name = 'spy') {
    return this.connected(name, {}, strict_driver(encoding, 'websocket'));
  }

  api(method, body) {
    return this.server.api(method, body);
  }

  /** From here on this scenario has a server of its own. */
  async own_server(changes) {
    this.server = await start_configured(changes);
    this.#own_server = this.server;
    this.#own_changes = changes;
  }

  /** It is killed, and another one takes over its data and its port. */
  async kill_and_restart() {
    await this.server.kill();
    this.server = await start_in_place_of(this.server, this.#own_changes);
    this.#own_server = this.server;
  }

  async publish_many(client, channel, first, last) {
    for (let n = first; n <= last; ++n) await client.publish(channel, { n });
  }

  async end() {
    const ends = await Promise.allSettled(this.#clients.map((client) => client.close()));
    await this.#own_server?.stop();
    const failed = ends.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  }
}

async function outcome_of(promise) {
  return within(promise.then(
    (value) => assert.fail(`refused, not answered with ${JSON.stringify(value)}`),
    (error) => error), 'refusal');
}

/** The promise has to fail with this error reply. */
export async function refuses(promise, code) {
  const error = await outcome_of(promise);
  if (!(error instanceof Refused)) throw error;
  assert.equal(error.code, code, `error ${error.code} ${error.message}`);
}

/** Each of the promises has to fail with this error reply. */
export const all_refused = (promises, code) =>
  Promise.all(promises.map((promise) => refuses(promise, code)));

/** The promise has to fail because the connection ends with this code. */
export async function disconnects(promise, code) {
  const error = await outcome_of(promise);
  if (!(error instanceof Disconnected)) throw error;
  assert.equal(error.code, code, `disconnect ${error.code} ${error.reason}`);
}

/** The connection has to end with this code. */
export async function ends_with(client, code) {
  const gone = await client.gone();
  assert.equal(gone.code, code, `disconnect ${gone.code} ${gone.reason}`);
}

/** The next publications of a subscription. */
export async function next_publications(subscription, count) {
  const publications = [];
  while (publications.length < count) publications.push(await subscription.publication());
  return publications;
}

export const data_of = (publications) => publications.map(({ data }) => data);
export const offsets_of = (publications) => publications.map(({ offset }) => offset);
