// What no client library does: breaking the protocol. Only the strict client can.

import { scenario } from '../scenario.mjs';
import { disconnects, ends_with } from '../world.mjs';

const ONLY_STRICT = { driver: 'strict' };
const ONLY_WEBSOCKET = { driver: 'strict', transport: 'websocket' };

const before_connect = {
  'a subscribe before connect': { id: 1, subscribe: { channel: 'plain:x' } },
  'an rpc before connect': { id: 1, rpc: { method: 'x' } },
  'a send before connect': { send: {} },
  'a ping command before connect': { id: 1, ping: {} },
  'a pong before connect': {},
  'a connect with id 0': { connect: {} },
};

const after_connect = {
  'a second connect': { id: 2, connect: {} },
  'an unsolicited pong': {},
  'a publish with id 0': (client) =>
    ({ publish: { channel: 'plain:x', data: client.payload(1) } }),
  'an id without a body': { id: 2 },
  'a subscribe without channel': { id: 2, subscribe: {} },
  'an unsubscribe without channel': { id: 2, unsubscribe: {} },
  'a publish without channel': (client) => ({ id: 2, publish: { data: client.payload(1) } }),
  'a history without channel': { id: 2, history: {} },
  'a presence without channel': { id: 2, presence: {} },
  'a presence_stats without channel': { id: 2, presence_stats: {} },
  'an unknown kind of delta': { id: 2, subscribe: { channel: 'log:x', delta: 'xdelta' } },
};

const broken_frames = {
  json: {
    'text that is no JSON': 'hello', 'half an object': '{"id":2,"publish":{', 'an array': '[]',
    'an unknown command': '{"id":2,"frobnicate":{}}', 'an empty frame': '', 'a newline': '\n',
    'a field of another type': '{"id":2,"subscribe":{"channel":7}}',
    'a good command and a broken one': '{"id":2,"history":{"channel":"log:x"}}\n{"id":3',
  },
  protobuf: {
    'an empty frame': Buffer.alloc(0),
    'a length that goes beyond the frame': Buffer.from([5, 8, 2]),
    'a length that does not end': Buffer.from([0x80]),
    'an unknown command': Buffer.from([5, 8, 2, 0xa2, 0x06, 0]),
    'a field with another wire type': Buffer.from([4, 0x0a, 2, 1, 1]),
    'a channel that is no text': Buffer.from([7, 8, 2, 0x2a, 3, 0x0a, 1, 0xff]),
    'a good command and a broken one':
      Buffer.from([9, 8, 2, 0x52, 5, 0x0a, 3, 0x6c, 0x6f, 0x67, 2, 8]),
  },
};

const with_body = (body, client) => (typeof body === 'function' ? body(client) : body);

export const violations = [
  ...Object.entries(before_connect).map(([what, command]) => scenario(`${what} is 3501`,
    async (w) => {
      const client = w.client();
      await client.open();
      client.send_raw(client.frame([command]));
      await ends_with(client, 3501);
    }, ONLY_WEBSOCKET)),

  ...Object.entries(after_connect).map(([what, body]) => scenario(`${what} is 3501`, async (w) => {
    const client = await w.connected('eve');
    client.send_raw(client.frame([with_body(body, client)]));
    await ends_with(client, 3501);
  }, ONLY_STRICT)),

  ...Object.entries(broken_frames).flatMap(([encoding, frames]) =>
    Object.entries(frames).map(([what, frame]) => scenario(`${what} is 3501`, async (w) => {
      const client = await w.connected('eve');
      client.rules.sent({ id: 2, history: { channel: 'log:x' } });
      client.send_raw(frame);
      await ends_with(client, 3501);
    }, { ...ONLY_WEBSOCKET, encoding }))),

  scenario('a command of more than 65536 bytes is 1009', async (w) => {
    const client = await w.connected('eve');
    const publish = { channel: 'plain:x', data: client.payload('x'.repeat(70_000)) };
    await disconnects(client.call({ publish }), 1009);
  }, ONLY_WEBSOCKET),

  scenario('send is 3508 where nobody takes it', async (w) => {
    const client = await w.connected('ada');
    client.send({ n: 1 });
    await ends_with(client, 3508);
  }),
];
