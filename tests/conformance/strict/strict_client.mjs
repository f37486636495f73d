// The strict client: a driver of the matrix that shares no code with any client library or with the
// server. Every message that arrives is decoded by the field tables and judged by the rules of the
// session; the first breach ends the client and fails the scenario.

import { Disconnected, Events, Refused } from '../matrix/driver.mjs';
import { within } from '../server_process.mjs';
import { HttpStreamTransport } from './http_stream_transport.mjs';
import * as json from './json_codec.mjs';
import * as protobuf from './protobuf_codec.mjs';
import { SessionRules } from './session_rules.mjs';
import { SseTransport } from './sse_transport.mjs';
import { StrictSubscription, publication_of, readable } from './strict_subscription.mjs';
import { check_disconnect, is_reconnect } from './codes.mjs';
import { WebSocketTransport } from './websocket_transport.mjs';

const TRANSPORTS = {
  websocket: WebSocketTransport, http_stream: HttpStreamTransport, sse: SseTransport,
};
const CODECS = { json, protobuf };

export class StrictClient {
  #last_id = 0;
  #waiting = new Map();  // by command id
  #server_side = new Map();
  #previous = new Map();

  constructor(driver, server, options) {
    this.encoding = driver.encoding;
    this.transport_name = driver.transport;
    this.codec = CODECS[driver.encoding];
    this.server = server;
    this.options = options;
    this.subscriptions = new Map();
    this.events = new Events('client');
    this.pings = 0;
  }

  /** A payload as this encoding carries it. Bytes go as they are. */
  payload(value) {
    if (value === undefined || Buffer.isBuffer(value)) return value;
    return this.encoding === 'json' ? value : Buffer.from(JSON.stringify(value));
  }

  frame(commands) {
    const encoded = commands.map((command) => this.codec.encode_command(command));
    return this.encoding === 'json' ? encoded.join('\n') : Buffer.concat(encoded);
  }

  // --- connecting ---

  /** Opens the transport, without a command where that is possible. */
  async open(first) {
    this.was_closed_by_us = false;
    const Transport = TRANSPORTS[this.transport_name];
    // What a transport says after the next one has taken its place is of no interest.
    const if_current = (take) => (said) => { if (this.transport === transport) take(said); };
    const transport = new Transport(this.server, this.encoding, {
      ...this.options.transport,
      on_message: if_current((message) => this.#received(message)),
      on_closed: if_current(({ code, reason }) => this.#closed(code, reason)),
      on_failed: if_current((error) => this.#fail(error)),
    });
    this.transport = transport;
    this.rules = new SessionRules({ encoding: this.encoding, emulated: this.transport.emulated,
      previous: this.#previous });
    await within(this.transport.open(first), 'open transport');
  }

  /** Connects; `beside` are bodies of commands that go in the same frame. */
  async connect(beside = [], accepts = []) {
    const { token, get_token, data, name, version } = this.options;
    const commands = [this.#command({ connect: {
      token: token ?? await get_token?.(), data: this.payload(data), name, version,
      subs: this.#recovering_subs() } }), ...beside.map((body) => this.#command(body))];
    const answers = commands.map((command, index) =>
      this.#answer_to(command, accepts[index - 1]));
    for (const answer of answers) answer.catch(() => {});  // whoever waits sees it
    if (this.transport) this.#send(commands);
    else await this.#open_with(commands);
    const result = await answers[0];
    return { result: this.#connected(result), beside: answers.slice(1) };
  }

  async #open_with(commands) {
    const first = this.frame(commands);
    const opened = this.open(first);
    for (const command of commands) this.rules.sent(command);
    await opened;
    if (this.transport.status !== undefined && this.transport.status !== 200) {
      throw new Disconnected(0, `status ${this.transport.status}`);
    }
  }

  #recovering_subs() {
    const subs = {};
    for (const [channel, subscription] of this.#server_side) {
      if (!subscription.recoverable) continue;
      subs[channel] = { recover: true, epoch: subscription.epoch,
        offset: subscription.offset || undefined };
    }
    return Object.keys(subs).length > 0 ? subs : undefined;
  }

  #connected(result) {
    this.connected = result;
    this.id = result.client;
    this.#schedule_refresh(result);
    return { client: result.client, data: readable(result.data) };
  }

  #schedule_refresh({ expires, ttl }) {
    clearTimeout(this.refresh_timer);
    if (!expires || !this.options.get_token) return;
    this.refresh_timer = setTimeout(async () => {
      const token = await this.options.get_token();
      this.call({ refresh: { token } }).then(
        (refreshed) => this.#schedule_refresh(refreshed),
        () => {});  // a disconnect, which the scenario sees
    }, ttl * 1000);
  }

  // --- receiving ---

  #received(encoded) {
    if (this.violation || this.was_closed_by_us) return;
    try {
      this.#handle(this.rules.received(this.codec.decode_message('Reply', encoded)));
    } catch (error) {
      this.#fail(error);
    }
  }

  #handle(checked) {
    if (checked.ping) {
      this.pings += 1;
      this.events.add('ping', this.pings);
      if (this.rules.connected.pong && !this.options.silent) this.transport.send(this.frame([{}]));
    } else if (checked.id !== undefined) {
      if (checked.kind === 'connect' && checked.result) this.#attach(checked.result);
      const { resolve, reject, accept } = this.#waiting.get(checked.id);
      this.#waiting.delete(checked.id);
      if (checked.error) {
        reject(new Refused(checked.error.code, checked.error.message));
      } else {
        accept?.(checked.result);
        resolve(checked.result);
      }
    } else {
      this.#pushed(checked);
    }
  }

  #attach({ session, node, subs, client }) {
    this.transport.attach(session, node);
    this.id = client;
    for (const [channel, result] of Object.entries(subs)) {
      this.server_side(channel).establish(result);
    }
    for (const [channel, subscription] of this.#server_side) {
      if (subscription.is_established && !subs[channel]) subscription.forget();
    }
  }

  #pushed({ push, channel, body }) {
    if (push === 'disconnect') return this.#closed(body.code, body.reason);
    if (push === 'message' || push === 'refresh') return this.events.add(push, body);
    const subscription = this.subscriptions.get(channel) ?? this.server_side(channel);
    switch (push) {
      case 'pub': return subscription.received(body);
      case 'subscribe': return subscription.establish(body);
      case 'unsubscribe': return subscription.ended_by_server(body);
      default: return subscription.events.add(push, publication_of({ info: body.info }).info);
    }
  }

  // --- ending ---

  #closed(code, reason) {
    clearTimeout(this.refresh_timer);
    this.#remember_payloads();
    if (!this.was_closed_by_us && code >= 3000) {
      try {
        check_disconnect({ code, reason });
      } catch (error) {
        this.#fail(error);
      }
    }
    if (this.is_gone) return;
    this.is_gone = true;
    const error = new Disconnected(code, reason);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (this.was_closed_by_us) return;
    this.comes_back = is_reconnect(code);
    this.events.add('gone', { code, reason });
  }

  #remember_payloads() {
    for (const [channel, { previous }] of this.rules.subscriptions) {
      if (previous) this.#previous.set(channel, previous);
    }
  }

  #fail(error) {
    this.violation ??= error;
    this.events.fail(error);
    for (const subscription of [...this.subscriptions.values(), ...this.#server_side.values()]) {
      subscription.events.fail(error);
    }
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    this.transport.abort();
  }

  /** Resolves with code and reason when the server has ended the connection. */
  gone() {
    return this.events.next('gone');
  }

  /** The network is lost and stays so until resume(). */
  async pause() {
    this.was_closed_by_us = true;
    this.#closed(0, 'paused');
    this.transport.abort();
  }

  /** Comes back, and asks in the first frame for everything it had. */
  async resume() {
    this.is_gone = false;
    this.transport = undefined;
    const subscriptions = [...this.subscriptions.values()];
    for (const subscription of subscriptions) subscription.is_established = false;
    const requests = await Promise.all(subscriptions.map((s) => s.request()));
    const { result, beside } = await this.connect(requests.map((subscribe) => ({ subscribe })),
      subscriptions.map((subscription) => (answer) => subscription.establish(answer)));
    await Promise.all(beside.map((answer, index) =>
      answer.catch((error) => subscriptions[index].refused(error))));
    return result;
  }

  /** Ends the client. Throws what the server has done wrong, if it has. */
  async close() {
    clearTimeout(this.refresh_timer);
    for (const subscription of this.subscriptions.values()) subscription.stop();
    this.was_closed_by_us = true;
    this.transport?.abort();
    if (this.violation) throw this.violation;
  }

  // --- commands ---

  #command(body) {
    const id = body.send ? undefined : ++this.#last_id;
    return id === undefined ? body : { id, ...body };
  }

  /** `accept` takes the result before any message behind it is looked at. */
  #answer_to({ id }, accept) {
    const answer = new Promise((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject, accept }));
    return within(answer, `reply to command ${id}`);
  }

  #send(commands) {
    for (const command of commands) this.rules.sent(command);
    this.transport.send(this.frame(commands));
  }

  /** Sends bodies in one frame; the promises of their results. */
  batch(bodies, accepts = []) {
    const commands = bodies.map((body) => this.#command(body));
    const answers = commands.map((command, index) =>
      (command.id === undefined ? Promise.resolve() : this.#answer_to(command, accepts[index])));
    this.#send(commands);
    return answers;
  }

  /** Sends one command; its result as it came, payloads as bytes. */
  async call(body, accept = undefined) {
    return this.batch([body], [accept])[0];
  }

  /** Sends bytes of a scenario's own making. */
  send_raw(frame) {
    this.transport.send(frame);
  }

  async subscribe(channel, options = {}) {
    const subscription = new StrictSubscription(this, channel, options);
    this.subscriptions.set(channel, subscription);
    await subscription.begin();
    return subscription;
  }

  /** What the server has subscribed this client to. */
  server_side(channel) {
    let subscription = this.#server_side.get(channel);
    if (!subscription) {
      subscription = new StrictSubscription(this, channel, {});
      this.#server_side.set(channel, subscription);
    }
    return subscription;
  }

  async publish(channel, data) {
    await this.call({ publish: { channel, data: this.payload(data) } });
  }

  async history(channel, { limit, since, reverse } = {}) {
    const { publications = [], offset = 0, epoch } =
      await this.call({ history: { channel, limit, since, reverse } });
    return { offset, epoch, publications: publications.map(publication_of) };
  }

  async presence(channel) {
    const { presence = {} } = await this.call({ presence: { channel } });
    return Object.fromEntries(Object.entries(presence).map(
      ([client, info]) => [client, publication_of({ info }).info]));
  }

  async presence_stats(channel) {
    const { num_clients = 0, num_users = 0 } = await this.call({ presence_stats: { channel } });
    return { num_clients, num_users };
  }

  async rpc(method, data) {
    const result = await this.call({ rpc: { method, data: this.payload(data) } });
    return readable(result.data);
  }

  send(data) {
    this.batch([{ send: { data: this.payload(data) } }]);
  }
}

export const strict_driver = (encoding, transport) => ({
  name: 'strict',
  encoding,
  transport,
  open: (server, options = {}) =>
    new StrictClient({ encoding, transport }, server, options),
});
