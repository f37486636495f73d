// The JSON encoding, checked against the field tables: known keys, right types, no zero value but
// where the reference wants one, everything the reference wants always there.

import { parse_json } from './json_text.mjs';
import { ALWAYS_IN_JSON, MESSAGES, in_range, is_integer_type, is_message, type_of }
  from './schema.mjs';
import { require_that } from './violation.mjs';

/** One command in one line. A pong is `{}`. */
export const encode_command = (command) => JSON.stringify(command);

function scalar_of(type, node, where) {
  if (type === 'bytes') return Buffer.from(node.raw);
  if (type === 'string' || type === 'bool') {
    require_that(node.kind === type, where, `${node.raw} is no ${type}`);
    return node.value;
  }
  require_that(is_integer_type(type) && node.kind === 'number' && node.is_integer, where,
    `${node.raw} is no ${type}`);
  require_that(in_range(type, node.raw), where, `${node.raw} is no ${type}`);
  return node.value;
}

const value_of = (type, node, where) =>
  (is_message(type) ? message_of(type, node, where) : scalar_of(type, node, where));

function field_of({ held, of }, node, where) {
  if (held === 'single') return value_of(of, node, where);
  if (held === 'repeated') {
    require_that(node.kind === 'array', where, `${node.raw} is no array`);
    return node.items.map((item, index) => value_of(of, item, `${where}[${index}]`));
  }
  require_that(node.kind === 'object', where, `${node.raw} is no object`);
  return Object.fromEntries([...node.members].map(
    ([key, item]) => [key, value_of(of, item, `${where}.${key}`)]));
}

function is_zero(type, value) {
  if (is_message(type)) return false;
  return value === false || value === 0 || value.length === 0;
}

function is_empty({ held, of }, value) {
  if (held === 'single') return is_zero(of, value);
  return (held === 'map' ? Object.keys(value) : value).length === 0;
}

function message_of(name, node, where) {
  require_that(node.kind === 'object', where, `${node.raw} is no object`);
  const always = ALWAYS_IN_JSON[name] ?? [];
  const message = {};
  for (const [key, member] of node.members) {
    const place = `${where}.${key}`;
    const field = MESSAGES[name][key];
    require_that(field, where, `there is no key '${key}'`);
    const type = type_of(field[1]);
    const value = field_of(type, member, place);
    require_that(always.includes(key) || !is_empty(type, value), place, 'a zero value is left out');
    message[key] = value;
  }
  for (const key of always) {
    require_that(Object.hasOwn(message, key), where, `'${key}' is never left out`);
  }
  return message;
}

/** The message in a text; payloads come as the bytes they were written with. */
export const decode_message = (name, text, where = name) =>
  message_of(name, parse_json(text, where), where);
