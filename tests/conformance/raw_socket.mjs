// WebSocket below any library: frames as bytes, sent as they are told, over a connection that was
// upgraded by hand.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';

import { within } from './server_process.mjs';

export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;
export const FIN = 0x80;

const MASK = Buffer.from([1, 2, 3, 4]);

export function masked(payload, mask = MASK) {
  const body = Buffer.from(payload);
  for (let i = 0; i < body.length; ++i) body[i] ^= mask[i % 4];
  return body;
}

/** A frame; `first` is its first byte: FIN, reserved bits, opcode. */
export function frame(first, payload, { mask = MASK } = {}) {
  const body = Buffer.from(payload);
  const head = [first];
  const bit = mask ? 0x80 : 0;
  if (body.length <= 125) {
    head.push(bit | body.length);
  } else if (body.length <= 0xffff) {
    head.push(bit | 126, body.length >> 8, body.length & 0xff);
  } else {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(body.length));
    head.push(bit | 127, ...length);
  }
  return Buffer.concat(mask ? [Buffer.from(head), mask, masked(body, mask)]
    : [Buffer.from(head), body]);
}

export const close_payload = (code, reason = '') => Buffer.concat([
  Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);

/** Splits off the first frame of a server, unmasked and whole; null when it has not all come. */
function first_frame(bytes) {
  if (bytes.length < 2) return null;
  const length_code = bytes[1] & 0x7f;
  const head = length_code === 126 ? 4 : length_code === 127 ? 10 : 2;
  if (bytes.length < head) return null;
  const length = length_code === 126 ? bytes.readUInt16BE(2)
    : length_code === 127 ? Number(bytes.readBigUInt64BE(2)) : length_code;
  if (bytes.length < head + length) return null;
  assert.equal(bytes[1] & 0x80, 0, 'a server does not mask');
  assert.equal(bytes[0] & 0x70, 0, 'a server sets no reserved bit');
  return { opcode: bytes[0] & 0xf, final: (bytes[0] & FIN) !== 0,
    payload: bytes.subarray(head, head + length), rest: bytes.subarray(head + length) };
}

/** A connection to the server after its upgrade. The test ends it. */
export class RawSocket {
  #frames = [];
  #waiting = [];
  #left = Buffer.alloc(0);

  static async open(t, server, headers = '') {
    const socket = net.connect(server.port, '127.0.0.1');
    t.after(() => socket.destroy());
    const made = new RawSocket(socket);
    await once(socket, 'connect');
    socket.write('GET /connection/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n'
      + `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n${headers}`
      + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
    await within(made.upgraded, 'answer to the upgrade');
    return made;
  }

  constructor(socket) {
    this.socket = socket;
    this.head = '';
    socket.setNoDelay(true);
    socket.on('error', () => {});  // a reset shows in the frames that do not come
    this.ended = new Promise((resolve) => socket.once('close', () => {
      this.has_ended = true;
      for (const { resolve: give } of this.#waiting.splice(0)) give(null);
      resolve();
    }));
    this.upgraded = new Promise((resolve) => { this.on_upgraded = resolve; });
    socket.on('data', (chunk) => this.#take(chunk));
  }

  #take(chunk) {
    this.#left = Buffer.concat([this.#left, chunk]);
    if (!this.head) {
      const end = this.#left.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#left.subarray(0, end + 4).toString();
      this.#left = this.#left.subarray(end + 4);
      this.on_upgraded();
    }
    for (let next; (next = first_frame(this.#left)) !== null;) {
      this.#left = next.rest;
      if (this.#waiting.length > 0) this.#waiting.shift().resolve(next);
      else this.#frames.push(next);
    }
  }

  send(...frames) {
    this.socket.write(Buffer.concat(frames));
  }

  /** One byte a write, so that no two need to arrive together. */
  async send_bytewise(bytes) {
    for (const byte of bytes) {
      if (this.has_ended) return;
      this.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The next frame; null when the connection has ended. */
  async next(what = 'frame') {
    if (this.#frames.length > 0) return this.#frames.shift();
    if (this.has_ended) return null;
    return within(new Promise((resolve) => this.#waiting.push({ resolve })), what);
  }

  async expect(opcode, payload, what) {
    const got = await this.next(what);
    assert.ok(got, `${what}: the connection has ended`);
    assert.equal(got.opcode, opcode, `${what}: opcode of ${got.payload.toString('hex')}`);
    assert.deepEqual(got.payload, Buffer.from(payload), what);
  }

  /** The next frame closes, with one of these codes (undefined: none), and then the connection
      ends. */
  async expect_close(code, what = `close with ${code}`) {
    const got = await this.next(what);
    assert.ok(got, `${what}: the connection has ended without a close frame`);
    assert.equal(got.opcode, CLOSE, `${what}: a close frame, not ${got.payload}`);
    const came = got.payload.length >= 2 ? got.payload.readUInt16BE(0) : undefined;
    assert.equal(came, code, `${what}: ${got.payload.subarray(2)}`);
    assert.equal(await this.next(what), null, `${what}: nothing comes behind a close frame`);
  }
}
