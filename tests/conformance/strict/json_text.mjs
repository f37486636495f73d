// A JSON parser that tells what JSON.parse hides: a key that is there twice, where a value begins
// and ends in the text, and whether a number was written as an integer.

import { Violation } from './violation.mjs';

const WHITE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERALS = new Map([['true', true], ['false', false], ['null', null]]);

class Parser {
  constructor(text, where) {
    this.text = text;
    this.where = where;
    this.at = 0;
  }

  fail(rule) {
    throw new Violation(this.where, `${rule}, at ${this.at} of ${this.text}`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at += found[0].length;
    return found[0];
  }

  take(character) {
    this.match(WHITE);
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  expect(character) {
    if (!this.take(character)) this.fail(`'${character}' is missing`);
  }

  value() {
    this.match(WHITE);
    const start = this.at;
    const node = this.bare_value();
    return { ...node, raw: this.text.slice(start, this.at) };
  }

  bare_value() {
    if (this.take('{')) return this.object();
    if (this.take('[')) return this.array();
    const string = this.match(STRING);
    if (string !== undefined) return { kind: 'string', value: JSON.parse(string) };
    const number = this.match(NUMBER);
    if (number !== undefined) {
      return { kind: 'number', value: Number(number), is_integer: /^-?\d+$/.test(number) };
    }
    for (const [name, value] of LITERALS) {
      if (this.text.startsWith(name, this.at)) {
        this.at += name.length;
        return { kind: value === null ? 'null' : 'bool', value };
      }
    }
    return this.fail('this is no JSON value');
  }

  object() {
    const members = new Map();
    if (this.take('}')) return { kind: 'object', members };
    do {
      this.match(WHITE);
      const key = this.match(STRING);
      if (key === undefined) this.fail('a key is missing');
      const name = JSON.parse(key);
      if (members.has(name)) this.fail(`the key '${name}' is there twice`);
      this.expect(':');
      members.set(name, this.value());
    } while (this.take(','));
    this.expect('}');
    return { kind: 'object', members };
  }

  array() {
    const items = [];
    if (this.take(']')) return { kind: 'array', items };
    do items.push(this.value()); while (this.take(','));
    this.expect(']');
    return { kind: 'array', items };
  }
}

/** The tree of a text that holds exactly one value. Every node keeps its `raw` text. */
export function parse_json(text, where) {
  const parser = new Parser(text, where);
  const node = parser.value();
  parser.match(WHITE);
  if (parser.at !== text.length) parser.fail('one value and nothing behind it');
  return node;
}
