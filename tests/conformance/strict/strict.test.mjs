// The strict client is only worth something if it refuses: each rule it claims to check is broken
// here once.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { check_disconnect, check_error, check_unsubscribe } from './codes.mjs';
import { apply_patch } from './fossil.mjs';
import * as json from './json_codec.mjs';
import * as protobuf from './protobuf_codec.mjs';
import { SessionRules } from './session_rules.mjs';
import { Violation } from './violation.mjs';

const refuses = (what, run) => test(`${what} is refused`, () => assert.throws(run, Violation));
const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('protobuf', () => {
  test('a reply is read field by field', () => {
    const bytes = hex('08 03'              // id 3
      + '32 12'                            // subscribe
      + '18 01 32 02 65 31 48 ac 02 50 01' // recoverable, epoch e1, offset 300, positioned
      + '3a 05 22 01 37 30 05');           // a publication: data 7, offset 5
    assert.deepEqual(protobuf.decode_message('Reply', bytes), { id: 3, subscribe: {
      recoverable: true, epoch: 'e1', offset: 300, positioned: true,
      publications: [{ data: Buffer.from('7'), offset: 5 }] } });
  });

  test('maps and nested infos are read', () => {
    const bytes = hex('08 01 4a 0e 0a 0c' + '0a 02 63 31' + '12 06' + '0a 01 75 12 01 63');
    assert.deepEqual(protobuf.decode_message('Reply', bytes),
      { id: 1, presence: { presence: { c1: { user: 'u', client: 'c' } } } });
  });

  test('a command is written with its numbers', () => {
    const command = { id: 2, history: { channel: 'c', limit: -1,
      since: { offset: 4, epoch: 'e' }, reverse: true } };
    assert.equal(protobuf.encode_command(command).toString('hex'), hex(
      '1b 08 02 52 17 0a 01 63 38 ff ff ff ff ff ff ff ff ff 01 42 05 08 04 12 01 65 48 01')
      .toString('hex'));
    assert.deepEqual(protobuf.encode_command({}), Buffer.from([0]));
  });

  test('messages are cut off a stream wherever its chunks end', () => {
    const { messages, rest } = protobuf.split_delimited(hex('00 02 08 01 03 08'), 'stream');
    assert.deepEqual(messages, [Buffer.alloc(0), hex('08 01')]);
    assert.deepEqual(rest, hex('03 08'));
  });

  const broken = {
    'an unknown field': '08 01 a2 06 00', 'a wrong wire type': '0a 01 01',
    'a fixed wire type': '0d 00 00 00 00', 'a zero value': '08 00',
    'a field twice': '08 01 08 02', 'a varint that is longer than needed': '08 81 00',
    'a field that does not end': '08 01 32 05 18', 'a bool of 2': '12 02 18 02',
    'text that is no UTF-8': '12 03 12 01 ff', 'an id beyond 32 bits': '08 80 80 80 80 10',
    'an empty string': '12 02 12 00',
  };
  for (const [what, bytes] of Object.entries(broken)) {
    refuses(what, () => protobuf.decode_message('Reply', hex(bytes)));
  }
});

describe('JSON', () => {
  test('a reply is read, payloads with every byte', () => {
    const text = '{"id":3,"history":{"publications":[{"data":{"a": 1.0},"offset":1}],'
      + '"epoch":"e","offset":0}}';
    assert.deepEqual(json.decode_message('Reply', text), { id: 3, history: { epoch: 'e', offset: 0,
      publications: [{ data: Buffer.from('{"a": 1.0}'), offset: 1 }] } });
  });

  const broken = {
    'no object': '[]', 'two objects': '{"id":1}{"id":2}', 'an unknown key': '{"id":1,"x":1}',
    'a key twice': '{"id":1,"id":1}', 'a zero value': '{"id":0}', 'a wrong type': '{"id":"1"}',
    'a number with a fraction': '{"id":1.0}', 'an id beyond 32 bits': '{"id":4294967296}',
    'an empty string': '{"error":{"code":100,"message":""}}',
    'a false': '{"id":1,"subscribe":{"recovered":false}}',
    'an empty list': '{"id":1,"subscribe":{"publications":[]}}',
    'an empty map': '{"id":1,"connect":{"subs":{}}}',
    'a null for an object': '{"id":1,"connect":null}',
    'an info without user': '{"push":{"channel":"c","join":{"info":{"client":"c"}}}}',
    'a history without offset': '{"id":1,"history":{"publications":[],"epoch":"e"}}',
    'a presence without presence': '{"id":1,"presence":{}}',
    'stats without users': '{"id":1,"presence_stats":{"num_clients":0}}',
    'a comma too many': '{"id":1,}', 'a number with a leading zero': '{"id":01}',
    'a raw line break in text': '{"error":{"message":"a\nb"}}',
  };
  for (const [what, text] of Object.entries(broken)) {
    refuses(what, () => json.decode_message('Reply', text));
  }
});

describe('codes', () => {
  test('those of the reference and those of applications are known', () => {
    check_error({ code: 100, message: 'internal server error', temporary: true });
    check_error({ code: 1999, message: 'mine', temporary: true });
    check_unsubscribe({ code: 2500, reason: 'insufficient state' });
    check_disconnect({ code: 4999, reason: '' });
  });
  refuses('an unknown error', () => check_error({ code: 114, message: 'what' }));
  refuses('an error with another text', () => check_error({ code: 103, message: 'no' }));
  refuses('an error that says it is temporary', () =>
    check_error({ code: 103, message: 'permission denied', temporary: true }));
  refuses('an internal error that does not', () =>
    check_error({ code: 100, message: 'internal server error' }));
  refuses('an unknown unsubscribe', () => check_unsubscribe({ code: 2001, reason: 'x' }));
  refuses('an unknown disconnect', () => check_disconnect({ code: 3002, reason: 'x' }));
  refuses('a reason that does not fit into a close frame', () =>
    check_disconnect({ code: 4000, reason: 'x'.repeat(124) }));
});

describe('Fossil deltas', () => {
  const base = Buffer.from('hello world');
  const patch = (text) => apply_patch(base, Buffer.from(text), 'patch').toString();
  test('copies and literals make the new payload', () => {
    assert.equal(patch('B\n6@0,5:therexz4NK;'), 'hello there');
  });
  refuses('a wrong checksum', () => patch('B\n6@0,5:therexz4NL;'));
  refuses('a wrong size', () => patch('C\n6@0,5:therexz4NK;'));
  refuses('a copy from behind the end', () => patch('B\n6@8,5:therexz4NK;'));
  refuses('a patch that does not end', () => patch('B\n6@0,5:there'));
});

const CLIENT = '00000000-0000-4000-8000-000000000000';
const PUBLICATION = { data: Buffer.from('1') };

/** A session that has sent these commands. */
function session(commands, options = {}) {
  const rules = new SessionRules(
    { encoding: 'json', emulated: false, now_ms: () => 0, ...options });
  for (const command of commands) rules.sent(command);
  return rules;
}

const CONNECT = { id: 1, connect: {} };
const CONNECTED = { id: 1, connect: { client: CLIENT, version: '1', ping: 25, pong: true } };

/** A session that is connected and has sent one more command. */
function connected(command = {}, options = {}) {
  const rules = session([CONNECT, command], options);
  rules.received(CONNECTED);
  return rules;
}

function subscribed(result, request = {}, options = {}) {
  const rules = connected({ id: 2, subscribe: { channel: 'c', ...request } }, options);
  rules.received({ id: 2, subscribe: result });
  return rules;
}

const publish = (rules, publication) =>
  rules.received({ push: { channel: 'c', pub: publication } });
const POSITIONED = { positioned: true, epoch: 'e' };
const RECOVER = { recover: true, epoch: 'e', offset: 3 };
const RECOVERED = { recoverable: true, positioned: true, epoch: 'e', offset: 3, recovered: true,
  was_recovering: true };

describe('the order of a session', () => {
  test('a whole one is accepted', () => {
    const rules = subscribed({ ...RECOVERED, publications: [{ ...PUBLICATION, offset: 4 }] },
      RECOVER);
    publish(rules, { ...PUBLICATION, offset: 5 });
    rules.sent({ id: 3, unsubscribe: { channel: 'c' } });
    rules.received({ id: 3, unsubscribe: {} });
  });
  refuses('a reply to nobody', () => connected().received({ id: 2, publish: {} }));
  refuses('replies out of order', () => {
    const rules = connected({ id: 2, ping: {} });
    rules.sent({ id: 3, ping: {} });
    rules.received({ id: 3, ping: {} });
  });
  refuses('a reply of another kind', () =>
    connected({ id: 2, ping: {} }).received({ id: 2, publish: {} }));
  refuses('a reply with two bodies', () =>
    connected({ id: 2, ping: {} }).received({ id: 2, ping: {}, publish: {} }));
  refuses('a reply with no body', () => connected({ id: 2, ping: {} }).received({ id: 2 }));
  refuses('a reply before connect', () => session([{ id: 1, ping: {} }])
    .received({ id: 1, ping: {} }));
  refuses('a push before connect', () => publish(session([]), PUBLICATION));
  refuses('a push before the subscribe reply', () =>
    publish(connected({ id: 2, subscribe: { channel: 'c' } }), PUBLICATION));
  refuses('a push after the unsubscribe reply', () => {
    const rules = subscribed({});
    rules.sent({ id: 3, unsubscribe: { channel: 'c' } });
    rules.received({ id: 3, unsubscribe: {} });
    publish(rules, PUBLICATION);
  });
  refuses('a push after the unsubscribe push', () => {
    const rules = subscribed({});
    rules.received({ push: { channel: 'c',
      unsubscribe: { code: 2000, reason: 'server unsubscribe' } } });
    publish(rules, PUBLICATION);
  });
  refuses('a subscribe push for what is subscribed', () =>
    subscribed({}).received({ push: { channel: 'c', subscribe: {} } }));
  refuses('a disconnect push on a WebSocket', () => connected().received(
    { push: { disconnect: { code: 3503, reason: 'force disconnect' } } }));
  refuses('a disconnect push that lies about coming back', () => {
    const rules = session([CONNECT], { emulated: true });
    rules.received({ push: { disconnect: { code: 3503, reason: 'x', reconnect: true } } });
  });
  refuses('a message behind a disconnect', () => {
    const rules = session([CONNECT], { emulated: true });
    rules.received({ push: { disconnect: { code: 3503, reason: 'force disconnect' } } });
    rules.received({});
  });
  refuses('a connect push', () => connected().received({ push: { connect: { client: 'c' } } }));
  refuses('a numeric channel', () =>
    subscribed({}).received({ push: { id: 1, pub: PUBLICATION } }));
});

describe('the parts of a session', () => {
  const connect_with = (changes, options) => () => session([CONNECT], options).received(
    { id: 1, connect: { ...CONNECTED.connect, ...changes } });
  refuses('a client id that is no UUID', connect_with({ client: 'c1' }));
  refuses('a connect without version', connect_with({ version: undefined }));
  refuses('a ttl without expires', connect_with({ ttl: 5 }));
  refuses('a session on a WebSocket', connect_with({ session: 's', node: 'n' }));
  refuses('no session where commands come by other requests', connect_with({}, { emulated: true }));
  refuses('a ping in the first half of its interval', () => connected().received({}));
  refuses('a ping nobody announced', () => {
    const rules = session([CONNECT], { now_ms: () => 0 });
    rules.received({ id: 1, connect: { client: CLIENT, version: '1' } });
    rules.received({});
  });
  refuses('a ping that is late', () => {
    let now = 0;
    const rules = connected({}, { now_ms: () => now });
    now = 40_000;
    rules.received({});
  });

  refuses('a position without epoch', () => subscribed({ positioned: true }));
  refuses('an epoch without position', () => subscribed({ epoch: 'e' }));
  refuses('recoverable without positioned', () => subscribed({ recoverable: true }));
  refuses('the epoch of nowhere', () => subscribed({ positioned: true, epoch: '_' }));
  refuses('a recovery nobody asked for', () => subscribed(RECOVERED));
  refuses('recovered publications without recovery', () => subscribed(
    { ...POSITIONED, was_recovering: true, publications: [{ ...PUBLICATION, offset: 1 }] },
    RECOVER));
  refuses('a recovery that does not repeat the offset', () =>
    subscribed({ ...RECOVERED, offset: 4 }, RECOVER));
  refuses('a recovery with a gap', () => subscribed({ ...RECOVERED, publications: [
    { ...PUBLICATION, offset: 4 }, { ...PUBLICATION, offset: 6 }] }, RECOVER));
  refuses('a gap', () => publish(subscribed(POSITIONED), { ...PUBLICATION, offset: 2 }));
  refuses('a publication twice', () => {
    const rules = subscribed(POSITIONED);
    publish(rules, { ...PUBLICATION, offset: 1 });
    publish(rules, { ...PUBLICATION, offset: 1 });
  });
  refuses('a publication without offset in a positioned channel', () =>
    publish(subscribed(POSITIONED), PUBLICATION));
  refuses('offsets that go back in a channel with history', () => {
    const rules = subscribed({});
    publish(rules, { ...PUBLICATION, offset: 2 });
    publish(rules, { ...PUBLICATION, offset: 1 });
  });
  refuses('a publication without data', () => publish(subscribed({}), {}));
  refuses('the name of the channel without a wildcard', () =>
    publish(subscribed({}), { ...PUBLICATION, channel: 'c' }));
  refuses('delta nobody asked for', () => subscribed({ ...POSITIONED, delta: true }));
  refuses('a patch without agreement', () =>
    publish(subscribed(POSITIONED), { ...PUBLICATION, offset: 1, delta: true }));
  refuses('a patch first', () =>
    publish(subscribed({ ...POSITIONED, delta: true }, { delta: 'fossil' }),
      { data: Buffer.from('"1\\n1:xu00000;"'), offset: 1, delta: true }));
  refuses('a payload that is no text in JSON with delta', () =>
    publish(subscribed({ ...POSITIONED, delta: true }, { delta: 'fossil' }),
      { ...PUBLICATION, offset: 1 }));
  refuses('a history that is out of order', () => connected({ id: 2, history: { limit: -1 } })
    .received({ id: 2, history: { epoch: 'e', offset: 2, publications: [
      { ...PUBLICATION, offset: 2 }, { ...PUBLICATION, offset: 1 }] } }));
  refuses('a history beyond its limit', () => connected({ id: 2, history: {} })
    .received({ id: 2, history: { epoch: 'e', offset: 1, publications: [
      { ...PUBLICATION, offset: 1 }] } }));
  refuses('a presence under another id', () => connected({ id: 2, presence: {} })
    .received({ id: 2, presence: { presence: { a: { user: 'u', client: 'b' } } } }));
});
