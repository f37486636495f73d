// One signed-in person on this page: the connection and the open channels.

import { Centrifuge, UnauthorizedError } from 'centrifuge';
import { Channel, type ChannelHost } from './channel.svelte';
import { afterEvent, type ConnectionState, NOT_CONNECTED } from './connection_state';
import { requestToken } from './sign_in';

/** Open channels of one page; the server has a bound of its own (error 106). */
export const CHANNELS_OPEN_MAX = 32;

const RECONNECT_DELAY_MS_MAX = 8_000;

/** How the page proves who it is. A pasted token cannot be renewed by the page. */
export interface Credentials {
  readonly user: string;
  readonly token: string;
  readonly renewable: boolean;
}

function endpoint(): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/connection/websocket`;
}

async function renewedToken(user: string): Promise<string> {
  const answer = await requestToken(user);
  if (answer.kind === 'token') return answer.token;
  if (answer.kind === 'no_demo') throw new UnauthorizedError('no demo sign-in');
  throw new Error(answer.kind === 'refused' ? answer.message : 'server unreachable');
}

export class Session implements ChannelHost {
  readonly user: string;
  connection: ConnectionState = $state.raw(NOT_CONNECTED);
  channels: readonly Channel[] = $state.raw([]);
  active: Channel | null = $state.raw(null);
  /** How long the last answered request took. */
  roundTripMs: number | null = $state(null);

  readonly #client: Centrifuge;
  /** The library reconnects at once when this reports that the network is back. */
  readonly #network = new EventTarget();
  readonly #relay = (event: Event) => this.#network.dispatchEvent(new Event(event.type));

  constructor(credentials: Credentials) {
    this.user = credentials.user;
    this.#client = new Centrifuge(endpoint(), {
      token: credentials.token,
      name: 'troupe-web',
      maxReconnectDelay: RECONNECT_DELAY_MS_MAX,
      networkEventTarget: this.#network,
      getToken: credentials.renewable
        ? () => renewedToken(credentials.user)
        : () => Promise.reject(new UnauthorizedError('the token has expired')),
    });
    this.#listen();
    addEventListener('online', this.#relay);
    addEventListener('offline', this.#relay);
    this.#client.connect();
  }

  /** Opens a channel, or turns to it when it is open already. */
  open(name: string): void {
    const known = this.channels.find((channel) => channel.name === name);
    if (!known && this.channels.length >= CHANNELS_OPEN_MAX) return;
    const channel = known ?? new Channel(this.#client, name, this);
    if (!known) this.channels = [...this.channels, channel];
    this.show(channel);
  }

  show(channel: Channel): void {
    this.active = channel;
    channel.unread = 0;
  }

  close(channel: Channel): void {
    const index = this.channels.indexOf(channel);
    channel.close(this.#client);
    this.channels = this.channels.filter((other) => other !== channel);
    if (this.active === channel) {
      this.active = this.channels[Math.min(index, this.channels.length - 1)] ?? null;
      if (this.active) this.active.unread = 0;
    }
  }

  /** The page came back into view. */
  seen(): void {
    if (this.active) this.active.unread = 0;
  }

  messageArrived(channel: Channel): void {
    if (channel !== this.active || document.hidden) channel.unread += 1;
  }

  async timed<T>(request: Promise<T>): Promise<T> {
    const started = performance.now();
    const connected = this.connection.phase === 'connected';
    const answer = await request;
    if (connected) this.roundTripMs = performance.now() - started;
    return answer;
  }

  /** Now, instead of when the delay between attempts is over; also after a final disconnect. */
  reconnect(): void {
    if (this.connection.phase === 'disconnected') this.#client.connect();
    else this.#network.dispatchEvent(new Event('online'));
  }

  end(): void {
    removeEventListener('online', this.#relay);
    removeEventListener('offline', this.#relay);
    this.#client.removeAllListeners();
    this.#client.disconnect();
  }

  #listen(): void {
    const client = this.#client;
    client.on('connecting', ({ code, reason }) => {
      this.connection = afterEvent(this.connection, { kind: 'connecting', code, reason });
      this.roundTripMs = null;
    });
    client.on('error', () => {
      this.connection = afterEvent(this.connection, { kind: 'attempt_failed' });
    });
    client.on('connected', ({ transport }) => {
      this.connection = afterEvent(this.connection, { kind: 'connected', transport });
    });
    client.on('disconnected', ({ code, reason }) => {
      this.connection = afterEvent(this.connection, { kind: 'disconnected', code, reason });
      this.roundTripMs = null;
    });
  }
}
