// Messages as server-sent events: first an empty line to open the stream, then events of one
// `data:` line with one JSON object each.

import http from 'node:http';

import { EmulationSender } from './emulation_sender.mjs';
import { require_that } from './violation.mjs';

const OPENING = '\r\n';
const END_OF_EVENT = '\n\n';
const FIELD = 'data: ';

export class SseTransport {
  emulated = true;
  #rest = Buffer.alloc(0);
  #is_open = false;

  constructor(server, encoding, { on_message, on_closed, on_failed, method = 'GET' }) {
    require_that(encoding === 'json', 'sse', 'events are text');
    this.server = server;
    this.method = method;
    this.on_message = on_message;
    this.on_closed = on_closed;
    this.on_failed = on_failed;
    this.sender = new EmulationSender(server, encoding, on_failed);
  }

  async open(first) {
    const url = new URL(`${this.server.url}/connection/sse`);
    if (this.method === 'GET') url.searchParams.set('cf_connect', first);
    this.request = http.request(url,
      { method: this.method, agent: false, headers: { Accept: 'text/event-stream' } });
    this.request.on('error', () => this.on_closed({ code: 0, reason: 'transport closed' }));
    const response = await new Promise((resolve, reject) => {
      this.request.on('response', resolve).on('error', reject);
      this.request.end(this.method === 'GET' ? undefined : first);
    });
    this.status = response.statusCode;
    response.on('error', () => {});  // 'close' follows
    response.on('close', () => this.on_closed({ code: 0, reason: 'transport closed' }));
    if (this.status !== 200) {
      response.resume();
      return;
    }
    const type = response.headers['content-type'] ?? '';
    require_that(/^text\/event-stream(;|$)/.test(type), 'sse', `the type of events, not '${type}'`);
    response.on('data', (chunk) => this.#read(chunk));
  }

  #read(chunk) {
    try {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (const message of this.#whole_messages()) this.on_message(message);
    } catch (error) {
      this.on_failed(error);
    }
  }

  #whole_messages() {
    if (!this.#is_open) {
      if (this.#rest.length < OPENING.length) return [];
      require_that(this.#rest.subarray(0, OPENING.length).toString() === OPENING, 'sse',
        'the stream opens with an empty line');
      this.#rest = this.#rest.subarray(OPENING.length);
      this.#is_open = true;
    }
    const end = this.#rest.lastIndexOf(END_OF_EVENT);
    if (end < 0) return [];
    const events = this.#rest.subarray(0, end).toString().split(END_OF_EVENT);
    this.#rest = this.#rest.subarray(end + END_OF_EVENT.length);
    return events.map((event) => {
      require_that(event.startsWith(FIELD) && !/[\r\n]/.test(event), 'sse',
        `one line of data, not ${JSON.stringify(event)}`);
      return event.slice(FIELD.length);
    });
  }

  attach(session, node) {
    this.sender.attach(session, node);
  }

  send(frame) {
    this.sender.send(frame);
  }

  abort() {
    this.sender.stop();
    this.request?.destroy();
  }
}
