// npm `centrifuge`, unmodified, in either encoding, and what tests ask of it.

import { Centrifuge as JsonCentrifuge } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import WebSocket from 'ws';

import { token, within } from './server_process.mjs';

export const ENCODINGS = ['json', 'protobuf'];

/** A client that ends with its test. */
export function client_for(t, url, encoding = 'json', options = {}) {
  const Client = encoding === 'json' ? JsonCentrifuge : ProtobufCentrifuge;
  const client = new Client(url, {
    websocket: WebSocket,
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
    token: token({ sub: 'ada' }),
    ...options,
  });
  t.after(() => client.disconnect());
  return client;
}

/** What to publish, and what was received, as the value it stands for. */
export const payload = (encoding, value) =>
  encoding === 'json' ? value : new TextEncoder().encode(JSON.stringify(value));
export const value_of = (data) =>
  data instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(data)) : data;

/** The next event of that name. Ask before causing it. */
export const event_of = (emitter, name, ms) =>
  within(new Promise((resolve) => emitter.once(name, resolve)), `event '${name}'`, ms);

export async function connected(client) {
  const context = event_of(client, 'connected');
  client.connect();
  return context;
}

export async function subscribed(subscription) {
  const context = event_of(subscription, 'subscribed');
  subscription.subscribe();
  return context;
}

/** Collects publications; `until(n)` gives the values of the first n. */
export function collector(subscription) {
  const publications = [];
  let announce = () => {};
  subscription.on('publication', (publication) => {
    publications.push(publication);
    announce();
  });
  return {
    publications,
    async until(count) {
      await within(new Promise((resolve) => {
        announce = () => { if (publications.length >= count) resolve(); };
        announce();
      }), `${count} publications (there are ${publications.length})`);
      return publications.map(({ data }) => value_of(data));
    },
  };
}
