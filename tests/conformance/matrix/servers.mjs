// The configurations that scenarios run against. A server is started when the first scenario asks
// for it and shared by the others: each scenario has channels and users of its own.

import { start_server, start_server_in } from '../server_process.mjs';
import { Application } from './application.mjs';

const EVERYTHING = {
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  allow_history_for_client: true,
  allow_presence_for_client: true,
};
const HISTORY = { history_size: 1000, history_ttl: '300s' };
const SHORT_HISTORY = { history_size: 3, history_ttl: '300s' };

const NAMESPACES = [
  { name: 'chat', ...EVERYTHING, ...HISTORY, presence: true, join_leave: true,
    force_push_join_leave: true, force_recovery: true },
  { name: 'short', ...EVERYTHING, ...SHORT_HISTORY, force_recovery: true },
  { name: 'log', ...EVERYTHING, ...HISTORY },
  { name: 'positioned', ...EVERYTHING, ...HISTORY, force_positioning: true },
  { name: 'plain', ...EVERYTHING },
  { name: 'forgetful', ...EVERYTHING, history_size: 10, history_ttl: '1s', history_meta_ttl: '1s',
    force_recovery: true },
  { name: 'doors', ...EVERYTHING, presence: true, join_leave: true },
  { name: 'readonly', allow_subscribe_for_client: true },
  { name: 'closed', presence: true, ...HISTORY },
  { name: 'members', ...HISTORY, presence: true, allow_subscribe_for_client: true,
    allow_publish_for_subscriber: true, allow_history_for_subscriber: true,
    allow_presence_for_subscriber: true },
  { name: 'everyone', ...HISTORY, presence: true, allow_subscribe_for_anonymous: true,
    allow_publish_for_anonymous: true, allow_history_for_anonymous: true,
    allow_presence_for_anonymous: true },
  { name: 'rooms', allow_user_limited_channels: true },
  { name: 'cache', ...EVERYTHING, ...HISTORY, force_recovery: true,
    force_recovery_mode: 'cache' },
  { name: 'delta', ...EVERYTHING, ...HISTORY, force_recovery: true,
    allowed_delta_types: ['fossil'], delta_publish: true },
  { name: 'delta_short', ...EVERYTHING, ...SHORT_HISTORY, force_recovery: true,
    allowed_delta_types: ['fossil'], delta_publish: true },
  { name: 'delta_asked', ...EVERYTHING, ...HISTORY, force_recovery: true,
    allowed_delta_types: ['fossil'] },
  { name: 'tagged', ...EVERYTHING, ...HISTORY, force_recovery: true, allow_tags_filter: true },
];

const ASKED = { name: 'asked', presence: true, subscribe_proxy_enabled: true,
  publish_proxy_enabled: true };

const CONFIGURATIONS = {
  main: {},
  anonymous: { client: { allow_anonymous_connect_without_token: true } },
  insecure: { client: { insecure: true },
    channel: { without_namespace: { allow_subscribe_for_client: false } } },
  checking: { client: { channel_position_check_delay: '1500ms' } },
  pinging: { client: { ping_interval: '2s', pong_timeout: '1500ms' } },
  narrow: { client: { channel_limit: 2, user_connection_limit: 1, stale_close_delay: '500ms' } },
  personal: { client: { subscribe_to_user_personal_channel: { enabled: true } } },
  deflating: { websocket: { compression: true } },
  expiring: { client: { expired_close_delay: '500ms', expired_sub_close_delay: '500ms' } },
};

/** The server that asks `application` about everything it can. */
const proxied_by = ({ url }) => ({
  client: {
    proxy: { connect: { enabled: true, endpoint: `${url}/connect` },
      refresh: { enabled: true, endpoint: `${url}/refresh` } },
  },
  channel: {
    proxy: { subscribe: { endpoint: `${url}/subscribe` },
      publish: { endpoint: `${url}/publish` } },
    namespaces: [...NAMESPACES, ASKED],
  },
  rpc: { proxy: { endpoint: `${url}/rpc` }, without_namespace: { proxy_enabled: true } },
});

const running = new Map();

async function start(name) {
  if (name === 'proxied') {
    const application = await Application.start();
    try {
      return Object.assign(await start_configured(proxied_by(application)), { application });
    } catch (error) {
      await application.stop();
      throw error;
    }
  }
  const changes = CONFIGURATIONS[name];
  if (!changes) throw new Error(`no configuration is named '${name}'`);
  return start_configured(changes);
}

const configured = (changes) => ({ http_stream: { enabled: true }, sse: { enabled: true },
  ...changes, channel: { namespaces: NAMESPACES, ...changes.channel } });

/** A server with the namespaces of the matrix, of one scenario alone. */
export const start_configured = (changes) => start_server(configured(changes));

/** The same again where `server` was killed: its port, its data. */
export const start_in_place_of = ({ folder, port }, changes) =>
  start_server_in(folder, configured(changes), port);

/** A server of that configuration, started once. */
export function server_named(name) {
  if (!running.has(name)) running.set(name, start(name));
  return running.get(name);
}

/** Stops all of them; what one of them had to complain about is thrown. */
export async function stop_servers() {
  const ends = await Promise.allSettled([...running.values()].map(async (starting) => {
    const server = await starting;
    await server.stop().finally(() => server.application?.stop());
  }));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}
