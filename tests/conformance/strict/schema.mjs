// The messages of the client protocol as data: name, field number and type of every field, taken
// from the reference's sections 2, 3 and 8. Both codecs work from these tables alone.
//
// A type is a scalar (string bytes bool uint32 int32 uint64 int64), the name of a message, or
// `repeated TYPE` or `map TYPE` (keys are strings). `bytes` holds a payload: raw JSON in JSON.
// What belongs to maps, polls and dictionaries only is left out: this server does not speak it, so
// it is as unknown here as a key that nobody specified.

export const MESSAGES = {
  ClientInfo: {
    user: [1, 'string'], client: [2, 'string'], conn_info: [3, 'bytes'], chan_info: [4, 'bytes'],
  },
  Publication: {
    data: [4, 'bytes'], info: [5, 'ClientInfo'], offset: [6, 'uint64'], tags: [7, 'map string'],
    delta: [8, 'bool'], time: [9, 'int64'], channel: [10, 'string'],
  },
  StreamPosition: { offset: [1, 'uint64'], epoch: [2, 'string'] },
  FilterNode: {
    op: [1, 'string'], key: [2, 'string'], cmp: [3, 'string'], val: [4, 'string'],
    vals: [5, 'repeated string'], nodes: [6, 'repeated FilterNode'],
  },

  Command: {
    id: [1, 'uint32'], connect: [4, 'ConnectRequest'], subscribe: [5, 'SubscribeRequest'],
    unsubscribe: [6, 'UnsubscribeRequest'], publish: [7, 'PublishRequest'],
    presence: [8, 'PresenceRequest'], presence_stats: [9, 'PresenceStatsRequest'],
    history: [10, 'HistoryRequest'], ping: [11, 'PingRequest'], send: [12, 'SendRequest'],
    rpc: [13, 'RPCRequest'], refresh: [14, 'RefreshRequest'],
    sub_refresh: [15, 'SubRefreshRequest'],
  },
  Reply: {
    id: [1, 'uint32'], error: [2, 'Error'], push: [4, 'Push'], connect: [5, 'ConnectResult'],
    subscribe: [6, 'SubscribeResult'], unsubscribe: [7, 'UnsubscribeResult'],
    publish: [8, 'PublishResult'], presence: [9, 'PresenceResult'],
    presence_stats: [10, 'PresenceStatsResult'], history: [11, 'HistoryResult'],
    ping: [12, 'PingResult'], rpc: [13, 'RPCResult'], refresh: [14, 'RefreshResult'],
    sub_refresh: [15, 'SubRefreshResult'],
  },
  Error: { code: [1, 'uint32'], message: [2, 'string'], temporary: [3, 'bool'] },
  Push: {
    id: [1, 'int64'], channel: [2, 'string'], pub: [4, 'Publication'], join: [5, 'Join'],
    leave: [6, 'Leave'], unsubscribe: [7, 'Unsubscribe'], message: [8, 'Message'],
    subscribe: [9, 'Subscribe'], connect: [10, 'Connect'], disconnect: [11, 'Disconnect'],
    refresh: [12, 'Refresh'],
  },

  ConnectRequest: {
    token: [1, 'string'], data: [2, 'bytes'], subs: [3, 'map SubscribeRequest'],
    name: [4, 'string'], version: [5, 'string'], headers: [6, 'map string'], flag: [7, 'int64'],
  },
  ConnectResult: {
    client: [1, 'string'], version: [2, 'string'], expires: [3, 'bool'], ttl: [4, 'uint32'],
    data: [5, 'bytes'], subs: [6, 'map SubscribeResult'], ping: [7, 'uint32'], pong: [8, 'bool'],
    session: [9, 'string'], node: [10, 'string'], time: [11, 'int64'],
  },
  SubscribeRequest: {
    channel: [1, 'string'], token: [2, 'string'], recover: [3, 'bool'], epoch: [6, 'string'],
    offset: [7, 'uint64'], data: [8, 'bytes'], positioned: [9, 'bool'], recoverable: [10, 'bool'],
    join_leave: [11, 'bool'], delta: [12, 'string'], tf: [13, 'FilterNode'], flag: [14, 'int64'],
    type: [15, 'int32'],
  },
  SubscribeResult: {
    expires: [1, 'bool'], ttl: [2, 'uint32'], recoverable: [3, 'bool'], epoch: [6, 'string'],
    publications: [7, 'repeated Publication'], recovered: [8, 'bool'], offset: [9, 'uint64'],
    positioned: [10, 'bool'], data: [11, 'bytes'], was_recovering: [12, 'bool'],
    delta: [13, 'bool'], id: [14, 'int64'],
  },
  UnsubscribeRequest: { channel: [1, 'string'] },
  UnsubscribeResult: {},
  PublishRequest: { channel: [1, 'string'], data: [2, 'bytes'] },
  PublishResult: {},
  PresenceRequest: { channel: [1, 'string'] },
  PresenceResult: { presence: [1, 'map ClientInfo'] },
  PresenceStatsRequest: { channel: [1, 'string'] },
  PresenceStatsResult: { num_clients: [1, 'uint32'], num_users: [2, 'uint32'] },
  HistoryRequest: {
    channel: [1, 'string'], limit: [7, 'int32'], since: [8, 'StreamPosition'],
    reverse: [9, 'bool'],
  },
  HistoryResult: {
    publications: [1, 'repeated Publication'], epoch: [2, 'string'], offset: [3, 'uint64'],
  },
  PingRequest: {},
  PingResult: {},
  SendRequest: { data: [1, 'bytes'] },
  RPCRequest: { data: [1, 'bytes'], method: [2, 'string'] },
  RPCResult: { data: [1, 'bytes'] },
  RefreshRequest: { token: [1, 'string'] },
  RefreshResult: {
    client: [1, 'string'], version: [2, 'string'], expires: [3, 'bool'], ttl: [4, 'uint32'],
  },
  SubRefreshRequest: { channel: [1, 'string'], token: [2, 'string'] },
  SubRefreshResult: { expires: [1, 'bool'], ttl: [2, 'uint32'] },

  Join: { info: [1, 'ClientInfo'] },
  Leave: { info: [1, 'ClientInfo'] },
  Unsubscribe: { code: [2, 'uint32'], reason: [3, 'string'] },
  Message: { data: [1, 'bytes'] },
  Subscribe: {
    recoverable: [1, 'bool'], epoch: [4, 'string'], offset: [5, 'uint64'], positioned: [6, 'bool'],
    data: [7, 'bytes'],
  },
  Connect: {
    client: [1, 'string'], version: [2, 'string'], data: [3, 'bytes'],
    subs: [4, 'map SubscribeResult'], expires: [5, 'bool'], ttl: [6, 'uint32'],
    ping: [7, 'uint32'], pong: [8, 'bool'], session: [9, 'string'], node: [10, 'string'],
    time: [11, 'int64'],
  },
  Disconnect: { code: [1, 'uint32'], reason: [2, 'string'], reconnect: [3, 'bool'] },
  Refresh: { expires: [1, 'bool'], ttl: [2, 'uint32'] },

  EmulationRequest: { node: [1, 'string'], session: [2, 'string'], data: [3, 'bytes'] },
};

/** In JSON zero values are left out, except these (reference, section 1). */
export const ALWAYS_IN_JSON = {
  ClientInfo: ['user', 'client'],
  PresenceResult: ['presence'],
  PresenceStatsResult: ['num_clients', 'num_users'],
  HistoryResult: ['publications', 'offset', 'epoch'],
};

/** `repeated X` and `map X` taken apart: how it is held, and of what. */
export function type_of(type) {
  const [first, second] = type.split(' ');
  return second ? { held: first, of: second } : { held: 'single', of: first };
}

export const is_message = (type) => Object.hasOwn(MESSAGES, type);

const BOUNDS = {
  uint32: [0n, 2n ** 32n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

export const is_integer_type = (type) => Object.hasOwn(BOUNDS, type);

export function in_range(type, value) {
  const [least, most] = BOUNDS[type];
  return BigInt(value) >= least && BigInt(value) <= most;
}
