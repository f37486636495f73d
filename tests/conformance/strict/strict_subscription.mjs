// A subscription of the strict client: asks, keeps the position, refreshes its token.

import { Events, Refused } from '../matrix/driver.mjs';

const REJECT_UNRECOVERABLE = 2;
const TOKEN_EXPIRED = 109;
const UNRECOVERABLE = 112;

/** A payload as a scenario sees it: the JSON value, or the bytes where it is none. */
export function readable(payload) {
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(payload.toString());
  } catch {
    return payload;
  }
}

const without_undefined = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

function info_of({ user = '', client = '', conn_info, chan_info }) {
  return without_undefined(
    { user, client, conn_info: readable(conn_info), chan_info: readable(chan_info) });
}

/** A publication as every driver of the matrix gives it out. */
export const publication_of = ({ data, offset, info, tags, channel }) => without_undefined({
  data: readable(data), offset, tags, channel, info: info && info_of(info),
});

export class StrictSubscription {
  constructor(client, channel, options) {
    this.client = client;
    this.channel = channel;
    this.options = options;
    this.events = new Events(channel);
    this.patches = 0;
    this.is_established = false;
    if (options.since) {
      this.recoverable = true;
      ({ offset: this.offset, epoch: this.epoch } = options.since);
    }
  }

  async request() {
    const { token, get_token, data, positioned, recoverable, join_leave, delta, filter,
      get_state } = this.options;
    if (get_state && this.offset === undefined) {
      this.recoverable = true;
      ({ offset: this.offset, epoch: this.epoch } = await get_state());
    }
    return {
      channel: this.channel, token: token ?? await get_token?.(), data: this.client.payload(data),
      positioned, recoverable, join_leave, delta, tf: filter,
      flag: get_state ? REJECT_UNRECOVERABLE : undefined,
      ...(this.recoverable && { recover: true, epoch: this.epoch || undefined,
        offset: this.offset || undefined }),
    };
  }

  async begin() {
    try {
      await this.client.call({ subscribe: await this.request() },
        (result) => this.establish(result));
    } catch (error) {
      if (error instanceof Refused && this.#can_try_again(error.code)) return this.begin();
      this.client.subscriptions.delete(this.channel);
      throw error;
    }
    await this.subscribed();
  }

  /** Where the application has more to offer: its state loaded anew, or a new token. */
  #can_try_again(code) {
    const { token, get_token, get_state } = this.options;
    if (code === UNRECOVERABLE && get_state) {
      this.offset = undefined;
      return true;
    }
    if (code === TOKEN_EXPIRED && token && get_token) {
      this.options = { ...this.options, token: undefined };
      return true;
    }
    return false;
  }

  /** Takes the server's answer in. */
  establish(result) {
    const { recoverable = false, positioned = false, was_recovering = false, recovered = false,
      offset = 0, epoch, publications = [] } = result;
    this.is_established = true;
    this.recoverable = recoverable;
    this.epoch = epoch;
    this.offset = offset;
    this.result = { recoverable, positioned, was_recovering, recovered,
      ...(positioned && { offset, epoch }),
      ...(result.data && { data: readable(result.data) }) };
    this.events.add('subscribed', this.result);
    for (const publication of publications) this.received(publication);
    this.#schedule_refresh(result);
  }

  refused(error) {
    this.events.add('ended', { code: error.code, reason: error.message });
  }

  received(publication) {
    if (publication.offset) this.offset = publication.offset;
    if (publication.delta) this.patches += 1;
    this.events.add('publication', publication_of(publication));
  }

  ended_by_server({ code, reason }) {
    this.stop();
    this.is_established = false;
    this.events.add('ended', { code, reason });
    if (code < 2500) this.client.subscriptions.delete(this.channel);
  }

  /** A server-side subscription that the server has dropped between two connections. */
  forget() {
    this.is_established = false;
    this.recoverable = false;
    this.events.add('ended', {});
  }

  #schedule_refresh({ expires, ttl }) {
    clearTimeout(this.timer);
    if (!expires || !this.options.get_token) return;
    this.timer = setTimeout(async () => {
      const token = await this.options.get_token();
      this.client.call({ sub_refresh: { channel: this.channel, token } }).then(
        (refreshed) => this.#schedule_refresh(refreshed),
        () => {});  // an end, which the scenario sees
    }, ttl * 1000);
  }

  stop() {
    clearTimeout(this.timer);
  }

  async unsubscribe() {
    this.stop();
    await this.client.call({ unsubscribe: { channel: this.channel } });
    this.is_established = false;
    this.client.subscriptions.delete(this.channel);
  }

  subscribed() { return this.events.next('subscribed'); }
  publication() { return this.events.next('publication'); }
  join() { return this.events.next('join'); }
  leave() { return this.events.next('leave'); }
  ended() { return this.events.next('ended'); }

  /** Publications that have arrived and that nobody asked for. */
  get unread() {
    return this.events.unread('publication');
  }
}
