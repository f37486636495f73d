// What may be said when: one connection's view of the order of replies and pushes, of ids, of who
// is subscribed, of pings. Every message the server sends goes through received(); a breach is
// thrown.

import { check_disconnect, check_error, check_unsubscribe, is_reconnect } from './codes.mjs';
import { SubscriptionRules } from './subscription_rules.mjs';
import { require_that } from './violation.mjs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIMER_MS = 5;  // how exact timers are
const PING_LATE_MS_MAX = 5_000;  // a machine that is busy with other tests

const only_key = (object, where) => {
  const keys = Object.keys(object);
  require_that(keys.length === 1, where, `exactly one body, not ${keys.join(' and ') || 'none'}`);
  return keys[0];
};

export class SessionRules {
  #outstanding = [];
  #pings = 0;

  /** `previous`: payloads by channel that an earlier connection of this client saw last. */
  constructor({ encoding, emulated, now_ms = () => performance.now(), previous = new Map() }) {
    this.encoding = encoding;
    this.emulated = emulated;
    this.now_ms = now_ms;
    this.previous = previous;
    this.subscriptions = new Map();
    this.connected = null;
    this.has_ended = false;
  }

  /** What the client is about to send. */
  sent(command) {
    const { id, ...rest } = command;
    if (id === undefined || Object.keys(rest).length === 0) return;
    const [kind, request] = Object.entries(rest)[0];
    this.#outstanding.push({ id, kind, request });
    if (kind === 'connect') this.connecting_ms ??= this.now_ms();
  }

  /** Checks a message. Gives it back as {ping}, {push, …} or {id, kind, result | error}. */
  received(message) {
    require_that(!this.has_ended, 'session', 'nothing follows a disconnect');
    const { id, ...rest } = message;
    if (id !== undefined) return this.#reply(id, rest);
    if (Object.keys(rest).length === 0) return this.#ping();
    require_that(only_key(rest, 'message') === 'push', 'message', 'a reply has the id it answers');
    return this.#push(rest.push);
  }

  #reply(id, rest) {
    const where = `reply ${id}`;
    const asked = this.#outstanding.shift();
    require_that(asked, where, 'nobody asked');
    require_that(asked.id === id, where, `replies come in order: ${asked.id} is next`);
    const kind = only_key(rest, where);
    if (kind === 'error') {
      check_error(rest.error, where);
      return { id, kind: asked.kind, error: rest.error };
    }
    require_that(kind === asked.kind, where, `'${kind}' answers '${asked.kind}'`);
    require_that(this.connected || kind === 'connect', where, 'nothing precedes connect');
    return { id, kind, ...this.#accepted(kind, asked.request, rest[kind]) };
  }

  #accepted(kind, request, result) {
    switch (kind) {
      case 'connect': return this.#connect(request, result);
      case 'subscribe': {
        const publications = this.#subscribe(request.channel, { request }, result);
        return { result: { ...result, publications } };
      }
      case 'unsubscribe': this.subscriptions.delete(request.channel); break;
      case 'refresh':
        require_that(result.client === undefined || result.client === this.connected.client,
          'refresh', 'the client keeps its id');
        this.#check_ttl(result, 'refresh');
        break;
      case 'sub_refresh': this.#check_ttl(result, 'sub_refresh'); break;
      case 'history': this.#check_history(request, result); break;
      case 'presence':
        for (const [client, info] of Object.entries(result.presence ?? {})) {
          require_that(info.client === client, 'presence', 'an entry is under its client id');
        }
        break;
      default: break;
    }
    return { result };
  }

  /** A subscription begins; what it recovered. */
  #subscribe(channel, options, result) {
    require_that(!this.subscriptions.has(channel), `subscription ${channel}`,
      'a channel is subscribed to once');
    const rules = new SubscriptionRules(channel, this.encoding,
      { ...options, previous: this.previous.get(channel) });
    this.subscriptions.set(channel, rules);
    return rules.establish(result);
  }

  #check_ttl({ expires = false, ttl }, where) {
    require_that((ttl !== undefined) === expires, where, 'ttl goes with expires');
  }

  #connect(request, result) {
    const where = 'connect';
    require_that(!this.connected, where, 'a connection connects once');
    this.connected = result;
    require_that(UUID.test(result.client ?? ''), where, 'the client id is a UUID');
    require_that(result.version, where, 'the version is there');
    require_that(!result.pong || result.ping, where, 'a pong needs a ping');
    this.#check_ttl(result, where);
    for (const key of ['session', 'node']) {
      require_that((result[key] !== undefined) === this.emulated, where,
        `'${key}' is there where commands come by other requests, and only there`);
    }
    const subs = {};
    for (const [channel, sub] of Object.entries(result.subs ?? {})) {
      const publications = this.#subscribe(channel, { request: request.subs?.[channel] }, sub);
      subs[channel] = { ...sub, publications };
    }
    return { result: { ...result, subs } };
  }

  #check_history({ limit = 0, since, reverse = false }, result) {
    const where = 'history';
    const { publications = [], offset: top = 0, epoch } = result;
    require_that(epoch, where, 'a stream has an epoch');
    require_that(!since?.epoch || since.epoch === epoch, where, 'the epoch is the one asked for');
    require_that(limit < 0 || publications.length <= limit, where, 'no more than the limit');
    const step = reverse ? -1 : 1;
    publications.forEach(({ offset, delta, data }, index) => {
      require_that(offset >= 1 && offset <= top, where, `offset ${offset} is within the stream`);
      require_that(!delta, where, 'history holds no patches');
      require_that(data !== undefined, where, 'a publication has data');
      require_that(index === 0 || offset === publications[index - 1].offset + step, where,
        'publications are in order, without a gap');
      require_that(!since || (reverse ? offset < since.offset : offset > (since.offset ?? 0)),
        where, 'since is exclusive');
    });
  }

  #ping() {
    const where = 'ping';
    require_that(this.connected, where, 'no ping before connect');
    require_that(this.connected.ping, where, 'no ping where none was announced');
    const interval_ms = this.connected.ping * 1000;
    this.#pings += 1;
    // The server's clock runs from the connect, which it cannot have answered before it was sent.
    const least_ms = interval_ms / 2 + (this.#pings - 1) * interval_ms;
    const waited_ms = this.now_ms() - this.connecting_ms;
    require_that(waited_ms >= least_ms - TIMER_MS, where,
      `number ${this.#pings} is early: ${waited_ms} ms`);
    const most_ms = this.#pings * interval_ms + PING_LATE_MS_MAX;
    require_that(waited_ms <= most_ms, where, `number ${this.#pings} is late: ${waited_ms} ms`);
    return { ping: true };
  }

  #push(push) {
    const where = 'push';
    require_that(push.id === undefined, where, 'no numeric channel ids where none were agreed');
    const { channel, ...rest } = push;
    const kind = only_key(rest, where);
    const body = rest[kind];
    require_that(this.connected || kind === 'disconnect', where, 'nothing precedes connect');
    if (['disconnect', 'message', 'refresh'].includes(kind)) {
      require_that(channel === undefined, where, `'${kind}' is about no channel`);
    } else {
      require_that(channel, where, `'${kind}' names its channel`);
    }
    return { push: kind, channel, body: this.#pushed(kind, channel, body) };
  }

  #subscription(channel, kind) {
    const subscription = this.subscriptions.get(channel);
    require_that(subscription, `push ${kind}`,
      `'${channel}' is subscribed to, and the answer to the subscribe precedes every push`);
    return subscription;
  }

  #pushed(kind, channel, body) {
    const where = `push ${kind}`;
    switch (kind) {
      case 'pub': return this.#subscription(channel, kind).take(body);
      case 'join':
      case 'leave':
        this.#subscription(channel, kind);
        require_that(body.info?.client, where, 'the info is there');
        return body;
      case 'unsubscribe':
        this.#subscription(channel, kind);
        check_unsubscribe(body, where);
        this.subscriptions.delete(channel);
        return body;
      case 'subscribe': {
        this.#subscribe(channel, {}, body);
        return body;
      }
      case 'message':
        require_that(body.data !== undefined, where, 'a message has data');
        return body;
      case 'refresh':
        this.#check_ttl(body, where);
        return body;
      case 'disconnect':
        require_that(this.emulated, where, 'a WebSocket has a close frame for it');
        require_that(body.reason, where, 'the reason is there');
        check_disconnect(body, where);
        require_that((body.reconnect ?? false) === is_reconnect(body.code), where,
          `reconnect belongs to ${body.code}`);
        this.has_ended = true;
        return body;
      default:
        return require_that(false, where, 'only where there is no way back');
    }
  }
}
