// A client that hides nothing: sends the frames it is told to and hands out every message that
// comes back, as text and decoded, in the order of arrival.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';

import { token, within } from './server_process.mjs';

export class RawClient {
  #queue = [];
  #waiting = [];

  constructor(socket) {
    this.socket = socket;
    this.frames = [];
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => {});  // a refusal shows in `closed`
    socket.on('message', (data, is_binary) => {
      assert.equal(is_binary, false, 'JSON travels in text frames');
      const frame = data.toString();
      this.frames.push(frame);
      for (const text of frame.split('\n')) this.#arrived({ text, message: JSON.parse(text) });
    });
  }

  /** Opens a connection; the upgrade has to succeed. */
  static async open(server, options = {}) {
    const { protocols = [], query = '', ...rest } = options;
    const socket = new WebSocket(server.websocket_url + query, protocols,
      { perMessageDeflate: false, ...rest });
    const client = new RawClient(socket);
    await within(once(socket, 'open'), 'upgrade to WebSocket');
    return client;
  }

  /** Opens a connection and connects as a user; `connected` is the ConnectResult. */
  static async connect(server, user = 'ada', options = {}) {
    const client = await RawClient.open(server, options);
    client.send({ id: 1, connect: { token: token({ sub: user }) } });
    client.connected = (await client.reply(1)).connect;
    assert.ok(client.connected, 'the connect command succeeds');
    client.id = client.connected.client;
    return client;
  }

  #arrived(entry) {
    const index = this.#waiting.findIndex(({ wanted }) => wanted(entry.message));
    if (index < 0) this.#queue.push(entry);
    else this.#waiting.splice(index, 1)[0].resolve(entry);
  }

  /** One frame: a string or buffer as it is, or command objects joined by newlines. */
  send(...commands) {
    const is_raw = commands.length === 1
      && (typeof commands[0] === 'string' || Buffer.isBuffer(commands[0]));
    const frame = is_raw ? commands[0] : commands.map((c) => JSON.stringify(c)).join('\n');
    this.socket.send(frame, { binary: false });
  }

  /** The first message, arrived or to come, that `wanted` accepts, with its text. */
  async next(wanted = () => true, what = 'message', ms = 10_000) {
    const index = this.#queue.findIndex(({ message }) => wanted(message));
    if (index >= 0) return this.#queue.splice(index, 1)[0];
    const entry = await within(Promise.race([
      new Promise((resolve) => this.#waiting.push({ wanted, resolve })),
      this.closed.then(({ code, reason }) => {
        throw new Error(`closed with ${code} ${reason} instead of: ${what}`);
      }),
    ]), what, ms);
    return entry;
  }

  async reply(id) {
    return (await this.next((message) => message.id === id, `reply to command ${id}`)).message;
  }

  async push(kind) {
    const { message } = await this.next((m) => m.push?.[kind] !== undefined, `${kind} push`);
    return message.push;
  }

  /** Sends one command and gives its reply without the id. */
  async call(id, body) {
    this.send({ id, ...body });
    const { id: _, ...rest } = await this.reply(id);
    return rest;
  }

  /** Everything that has arrived and that nobody asked for. */
  get unread() {
    return this.#queue.map(({ message }) => message);
  }

  async expect_close(code, what) {
    const closed = await within(this.closed, `close with ${code} (${what})`);
    assert.equal(closed.code, code, `${what}: closed with ${closed.code} ${closed.reason}`);
    return closed;
  }

  async close() {
    this.socket.close();
    await within(this.closed, 'answer to the close frame');
  }
}

/** The HTTP status with which the server refuses an upgrade. */
export async function refused_status(server, options = {}) {
  const socket = new WebSocket(server.websocket_url, [], { perMessageDeflate: false, ...options });
  const outcome = await within(Promise.race([
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
    once(socket, 'open').then(() => 101),
  ]), 'answer to the upgrade request');
  socket.on('error', () => {});
  socket.terminate();
  return outcome;
}
