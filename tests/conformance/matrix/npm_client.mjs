// The npm `centrifuge` client, unmodified, as a driver of the matrix.

import { Centrifuge as JsonCentrifuge } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { EventSource } from 'eventsource';
import WebSocket from 'ws';

import { within } from '../server_process.mjs';
import { Disconnected, Events, Refused } from './driver.mjs';

const LIBRARIES = { json: JsonCentrifuge, protobuf: ProtobufCentrifuge };
const TERMINAL_UNSUBSCRIBE_MAX = 2499;
const TOKEN_EXPIRED = 109;
const CONNECTION_CLOSED = 11;  // of the library: an answer that will not come
const CLIENT_CODE_MAX = 99;  // numbers the library gives to what happens on its own side
const DISCONNECT_CODE_MIN = 3000;

const without_undefined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** What an application does with payloads: nothing in JSON, bytes to JSON and back in protobuf. */
class Payloads {
  constructor(encoding) {
    this.is_json = encoding === 'json';
  }

  out(value) {
    if (value === undefined || this.is_json) return value;
    return Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  }

  in(value) {
    if (this.is_json || value === undefined || value === null || value.length === 0) {
      return this.is_json ? value : undefined;
    }
    const bytes = Buffer.from(value);
    try {
      return JSON.parse(bytes.toString());
    } catch {
      return bytes;
    }
  }

  info({ user, client, connInfo, chanInfo }) {
    return without_undefined(
      { user, client, conn_info: this.in(connInfo), chan_info: this.in(chanInfo) });
  }

  publication({ data, offset, info, tags }) {
    return without_undefined({ data: this.in(data), offset: offset || undefined,
      tags: tags && Object.keys(tags).length > 0 ? { ...tags } : undefined,
      info: info && this.info(info) });
  }

  subscribed({ recoverable, positioned, wasRecovering, recovered, streamPosition, data }) {
    return without_undefined({ recoverable, positioned, was_recovering: wasRecovering, recovered,
      offset: streamPosition?.offset, epoch: streamPosition?.epoch, data: this.in(data) });
  }
}

class NpmSubscription {
  constructor(client, channel) {
    this.client = client;
    this.channel = channel;
    this.events = new Events(channel);
  }

  /** Hears what `source` says about this channel: a subscription, or the client itself. */
  listen(source) {
    const { payloads } = this.client;
    const on = (name, take) => source.on(name, (context) => {
      if (context.channel === this.channel) take(context);
    });
    on('subscribed', (context) => {
      this.result = payloads.subscribed(context);
      this.events.add('subscribed', this.result);
    });
    on('publication', (context) => this.events.add('publication', payloads.publication(context)));
    on('join', ({ info }) => this.events.add('join', payloads.info(info)));
    on('leave', ({ info }) => this.events.add('leave', payloads.info(info)));
    on('unsubscribed', ({ code, reason }) => this.events.add('ended',
      without_undefined({ code, reason })));
    on('subscribing', ({ code, reason }) => {
      if (code > TERMINAL_UNSUBSCRIBE_MAX) this.events.add('ended', { code, reason });
    });
  }

  async begin(subscription, may_fetch_token) {
    this.own = subscription;
    this.listen(subscription);
    const refused = new Promise((_, reject) => {
      const refuse = ({ code, message }) => reject(new Refused(code, message));
      subscription.on('error', ({ error }) => {
        if (error.code !== TOKEN_EXPIRED || !may_fetch_token) refuse(error);
      });
      subscription.on('unsubscribed', ({ code, reason }) => refuse({ code, message: reason }));
    });
    refused.catch(() => {});  // what comes after the beginning shows as an event
    const subscribed = new Promise((resolve) => subscription.once('subscribed', resolve));
    subscription.subscribe();
    try {
      await within(Promise.race([subscribed, refused, this.client.lost()]),
        `answer about ${this.channel}`);
      await this.subscribed();
    } catch (error) {
      this.client.library.removeSubscription(subscription);
      throw error;
    }
    return this;
  }

  /** Resolves once the server has done it: its connection answers commands in order. */
  async unsubscribe() {
    this.own.unsubscribe();
    await this.client.library.ready();
    this.client.library.removeSubscription(this.own);
    await this.client.presence_stats(this.channel).catch(() => {});
  }

  get patches() {
    return this.own.deltaStats().numDeltaPayloads;
  }

  subscribed() { return this.events.next('subscribed'); }
  publication() { return this.events.next('publication'); }
  join() { return this.events.next('join'); }
  leave() { return this.events.next('leave'); }
  ended() { return this.events.next('ended'); }

  get unread() {
    return this.events.unread('publication');
  }
}

export class NpmClient {
  #server_side = new Map();

  constructor({ encoding, transport }, server, { token, get_token, data, name, version }) {
    this.payloads = new Payloads(encoding);
    this.events = new Events('client');
    const endpoint = transport === 'websocket' ? server.websocket_url
      : `${server.url}/connection/${transport}`;
    this.library = new LIBRARIES[encoding]([{ transport, endpoint }], without_undefined({
      token, getToken: get_token, data: this.payloads.out(data), name, version,
      websocket: WebSocket, eventsource: EventSource,
      emulationEndpoint: `${server.url}/emulation`, minReconnectDelay: 10, maxReconnectDelay: 100,
    }));
    this.library.on('error', () => {});  // without a listener it would be thrown
    for (const name_of_end of ['connecting', 'disconnected']) {
      this.library.on(name_of_end, ({ code, reason }) => {
        if (code >= DISCONNECT_CODE_MIN) this.events.add('gone', { code, reason });
      });
    }
    this.end = this.lost();
    this.end.catch(() => {});
  }

  /** Rejections of the library in the words of the matrix. */
  async #answered(promise) {
    try {
      return await promise;
    } catch (error) {
      if (error.code === CONNECTION_CLOSED) return this.end;  // why is still to be told
      if (error.code > CLIENT_CODE_MAX) throw new Refused(error.code, error.message);
      throw error;
    }
  }

  async connect() {
    const connected = new Promise((resolve) => this.library.once('connected', resolve));
    this.library.connect();
    const context = await within(Promise.race([connected, this.lost(),
      new Promise((_, reject) => this.library.once('error', ({ type, error }) => {
        if (type === 'connect') reject(new Refused(error.code, error.message));
      })),
    ]), 'connected');
    this.id = context.client;
    return { result: without_undefined(
      { client: context.client, data: this.payloads.in(context.data) }) };
  }

  /** Rejects when the connection ends. */
  lost() {
    const lost = new Promise((_, reject) => {
      for (const name of ['connecting', 'disconnected']) {
        this.library.on(name, ({ code, reason }) => {
          // What refused the connect command ends the client under the same number.
          if (code >= DISCONNECT_CODE_MIN) reject(new Disconnected(code, reason));
          else if (code > CLIENT_CODE_MAX) reject(new Refused(code, reason));
        });
      }
    });
    lost.catch(() => {});
    return lost;
  }

  gone() {
    return this.events.next('gone');
  }

  get comes_back() {
    return this.library.state !== 'disconnected';
  }

  async pause() {
    this.library.disconnect();
  }

  async resume() {
    const { result } = await this.connect();
    return result;
  }

  async close() {
    this.library.disconnect();
  }

  async subscribe(channel, options = {}) {
    const { token, get_token, data, since, positioned, recoverable, join_leave, delta, filter,
      get_state } = options;
    const subscription = this.library.newSubscription(channel, without_undefined({
      token, getToken: get_token, data: this.payloads.out(data), since, positioned, recoverable,
      joinLeave: join_leave, delta, tagsFilter: filter, getState: get_state,
      minResubscribeDelay: 10, maxResubscribeDelay: 50,
    }));
    return new NpmSubscription(this, channel).begin(subscription, !!get_token);
  }

  server_side(channel) {
    let subscription = this.#server_side.get(channel);
    if (!subscription) {
      subscription = new NpmSubscription(this, channel);
      subscription.listen(this.library);
      this.#server_side.set(channel, subscription);
    }
    return subscription;
  }

  async publish(channel, data) {
    await this.#answered(this.library.publish(channel, this.payloads.out(data)));
  }

  async history(channel, options) {
    const { publications, offset, epoch } =
      await this.#answered(this.library.history(channel, options));
    return { offset, epoch, publications: publications.map((p) => this.payloads.publication(p)) };
  }

  async presence(channel) {
    const { clients } = await this.#answered(this.library.presence(channel));
    return Object.fromEntries(
      Object.entries(clients).map(([id, info]) => [id, this.payloads.info(info)]));
  }

  async presence_stats(channel) {
    const { numClients, numUsers } = await this.#answered(this.library.presenceStats(channel));
    return { num_clients: numClients, num_users: numUsers };
  }

  async rpc(method, data) {
    const result = await this.#answered(this.library.rpc(method, this.payloads.out(data)));
    return this.payloads.in(result.data);
  }

  send(data) {
    this.library.send(this.payloads.out(data)).catch(() => {});  // the end shows as one
  }
}

export const npm_driver = (encoding, transport) => ({
  name: 'npm',
  encoding,
  transport,
  open: (server, options = {}) => new NpmClient({ encoding, transport }, server, options),
});
