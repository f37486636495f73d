// The protobuf encoding, written from the wire format and the field tables alone. The decoder takes
// only what a careful encoder writes: known fields, the right wire type, shortest varints, no zero
// of a plain field, no field twice, text that is UTF-8.

import { MESSAGES, in_range, is_integer_type, is_message, type_of } from './schema.mjs';
import { Violation, require_that } from './violation.mjs';

const VARINT = 0;
const LENGTH_DELIMITED = 2;

const wire_type_of = (type) =>
  type === 'bool' || is_integer_type(type) ? VARINT : LENGTH_DELIMITED;

export function encode_varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** A varint and the position behind it, or null where the bytes end inside it. */
export function read_varint(bytes, at, where) {
  let value = 0n;
  for (let count = 0; count < 10; ++count) {
    if (at + count >= bytes.length) return null;
    const byte = bytes[at + count];
    value |= BigInt(byte & 0x7f) << BigInt(7 * count);
    if (byte < 0x80) {
      require_that(count === 0 || byte !== 0, where, 'a varint takes no more bytes than it needs');
      require_that(value < 2n ** 64n, where, 'a varint has at most 64 bits');
      return { value, next: at + count + 1 };
    }
  }
  throw new Violation(where, 'a varint has at most ten bytes');
}

const delimited = (bytes) => Buffer.concat([encode_varint(bytes.length), bytes]);
const tag_of = (number, wire_type) => encode_varint((number << 3) | wire_type);

function encode_value(type, value) {
  if (type === 'bool') return encode_varint(value ? 1 : 0);
  if (is_integer_type(type)) return encode_varint(value);
  if (is_message(type)) return delimited(encode_message(type, value));
  return delimited(Buffer.from(value));
}

const encode_field = (number, type, value) =>
  Buffer.concat([tag_of(number, wire_type_of(type)), encode_value(type, value)]);

/** What is undefined is left out; everything else is written, zero or not: a sender may. */
export function encode_message(name, message) {
  const parts = [];
  for (const [key, value] of Object.entries(message)) {
    if (value === undefined) continue;
    const field = MESSAGES[name][key];
    if (!field) throw new Error(`${name} has no field ${key}`);
    const [number, written] = field;
    const { held, of } = type_of(written);
    if (held === 'repeated') {
      for (const item of value) parts.push(encode_field(number, of, item));
    } else if (held === 'map') {
      for (const [entry_key, entry_value] of Object.entries(value)) {
        parts.push(tag_of(number, LENGTH_DELIMITED), delimited(Buffer.concat([
          encode_field(1, 'string', entry_key), encode_field(2, of, entry_value)])));
      }
    } else {
      parts.push(encode_field(number, of, value));
    }
  }
  return Buffer.concat(parts);
}

/** One command as it travels: its length, then itself. A pong is an empty one. */
export const encode_command = (command) => delimited(encode_message('Command', command));

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode_text(bytes, where) {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Violation(where, 'text is UTF-8');
  }
}

function integer_of(type, raw, where) {
  const value = type.startsWith('int') ? BigInt.asIntN(64, raw) : raw;
  require_that(in_range(type, value), where, `${value} is no ${type}`);
  require_that(Number.isSafeInteger(Number(value)), where, `${value} is no offset, time or id`);
  return Number(value);
}

/** Reads one field's value; messages and text recursively. */
function decode_value(type, raw, where) {
  if (type === 'bool') {
    require_that(raw <= 1n, where, 'a bool is 0 or 1');
    return raw === 1n;
  }
  if (is_integer_type(type)) return integer_of(type, raw, where);
  if (type === 'string') return decode_text(raw, where);
  if (type === 'bytes') return Buffer.from(raw);
  return decode_message(type, raw, where);
}

function* fields_of(bytes, where) {
  for (let at = 0; at < bytes.length;) {
    const tag = read_varint(bytes, at, where);
    require_that(tag, where, 'a field does not end inside its tag');
    const number = Number(tag.value >> 3n);
    const wire_type = Number(tag.value & 7n);
    const head = read_varint(bytes, tag.next, where);
    require_that(head, where, `field ${number} does not end inside its value`);
    if (wire_type === VARINT) {
      yield { number, wire_type, raw: head.value };
      at = head.next;
    } else {
      require_that(wire_type === LENGTH_DELIMITED, where,
        `field ${number} has wire type ${wire_type}, which no field of the protocol has`);
      const end = head.next + Number(head.value);
      require_that(end <= bytes.length, where, `field ${number} fits into its message`);
      yield { number, wire_type, raw: bytes.subarray(head.next, end) };
      at = end;
    }
  }
}

function decode_map_entry(type, bytes, where) {
  let key = '';
  let value;
  for (const { number, wire_type, raw } of fields_of(bytes, where)) {
    require_that(number === 1 || number === 2, where, `a map entry has no field ${number}`);
    const of = number === 1 ? 'string' : type;
    require_that(wire_type === wire_type_of(of), where, 'a map entry has its wire types');
    const decoded = decode_value(of, raw, where);
    if (number === 1) key = decoded;
    else value = decoded;
  }
  return [key, value ?? (type === 'string' ? '' : {})];
}

const is_zero = (type, value) =>
  !is_message(type) && (value === false || value === 0 || value.length === 0);

/** The message in exactly these bytes. Fields that are not there are not in the result. */
export function decode_message(name, bytes, where = name) {
  const by_number = new Map(Object.entries(MESSAGES[name]).map(
    ([key, [number, type]]) => [number, { key, ...type_of(type) }]));
  const message = {};
  for (const { number, wire_type, raw } of fields_of(bytes, where)) {
    const field = by_number.get(number);
    require_that(field, where, `there is no field ${number}`);
    const { key, held, of } = field;
    const place = `${where}.${key}`;
    const wanted = held === 'map' ? LENGTH_DELIMITED : wire_type_of(of);
    require_that(wire_type === wanted, place, `wire type ${wire_type} instead of ${wanted}`);
    if (held === 'map') {
      const [entry_key, value] = decode_map_entry(of, raw, place);
      message[key] ??= {};
      require_that(!Object.hasOwn(message[key], entry_key), place, `'${entry_key}' is there once`);
      message[key][entry_key] = value;
      continue;
    }
    const value = decode_value(of, raw, place);
    if (held === 'repeated') {
      (message[key] ??= []).push(value);
      continue;
    }
    require_that(!Object.hasOwn(message, key), place, 'the field is there once');
    require_that(!is_zero(of, value), place, 'a zero value is left out');
    message[key] = value;
  }
  return message;
}

/** Cuts whole messages off the front of `bytes`: the messages, and what is left. */
export function split_delimited(bytes, where) {
  const messages = [];
  for (let at = 0;;) {
    const head = read_varint(bytes, at, where);
    const end = head && head.next + Number(head.value);
    if (!head || end > bytes.length) return { messages, rest: bytes.subarray(at) };
    messages.push(bytes.subarray(head.next, end));
    at = end;
  }
}
