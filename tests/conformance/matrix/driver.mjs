// What a scenario of the matrix works with, whoever the client is.
//
// A driver is {name, encoding, transport, open(server, options)}. open() gives a client that has
// not connected yet. Payloads are JSON values on both sides, or a Buffer where they are no JSON.
//
// client      connect() → {result: {client, data}}   id   close()
//             gone() → {code, reason}   comes_back: whether it tries again then
//             subscribe(channel, options) → subscription   server_side(channel) → subscription
//             publish(channel, data)   history(channel, {limit, since, reverse})
//             presence(channel)   presence_stats(channel)   rpc(method, data)   send(data)
//             pause() loses the connection, resume() brings it back with all it had
// subscription  result {recoverable, positioned, was_recovering, recovered, offset, epoch, data}
//             publication() join() leave() → the next one   ended() → {code, reason}
//             subscribed() → the next result   unread   patches   unsubscribe()
//
// options of open(): token, get_token, data, name, version
// options of subscribe(): token, get_token, data, since, positioned, recoverable, join_leave,
//             delta, filter, get_state
//
// What the server refuses is thrown as Refused; what ends the connection first, as Disconnected.
// A client that is expired refreshes its token by itself where it has get_token.

import { within } from '../server_process.mjs';

/** An error reply. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The end of the connection instead of an answer. */
export class Disconnected extends Error {
  constructor(code, reason) {
    super(`${code} ${reason}`);
    Object.assign(this, { code, reason });
  }
}

/** Events by kind, each handed out once, in the order of arrival. */
export class Events {
  #queues = new Map();
  #waiting = new Map();

  constructor(owner) {
    this.owner = owner;
  }

  #of(table, kind) {
    if (!table.has(kind)) table.set(kind, []);
    return table.get(kind);
  }

  add(kind, value) {
    const waiting = this.#of(this.#waiting, kind).shift();
    if (waiting) waiting.resolve(value);
    else this.#of(this.#queues, kind).push(value);
  }

  /** The next of a kind, arrived or to come. */
  next(kind, ms = undefined) {
    const queue = this.#of(this.#queues, kind);
    if (queue.length > 0) return Promise.resolve(queue.shift());
    if (this.error) return Promise.reject(this.error);
    return within(new Promise((resolve, reject) => {
      this.#of(this.#waiting, kind).push({ resolve, reject });
    }), `${kind} of ${this.owner}`, ms);
  }

  unread(kind) {
    return [...this.#of(this.#queues, kind)];
  }

  /** Whoever waits, now or later, gets the error. */
  fail(error) {
    this.error = error;
    for (const waiting of this.#waiting.values()) {
      for (const { reject } of waiting.splice(0)) reject(error);
    }
  }
}
