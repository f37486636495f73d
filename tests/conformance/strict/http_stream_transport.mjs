// Messages as the body of one long HTTP response: a line each in JSON, behind their lengths in
// protobuf. Chunks may end anywhere.

import http from 'node:http';

import { EmulationSender } from './emulation_sender.mjs';
import { split_delimited } from './protobuf_codec.mjs';
import { require_that } from './violation.mjs';

export class HttpStreamTransport {
  emulated = true;
  #rest = Buffer.alloc(0);

  constructor(server, encoding, { on_message, on_closed, on_failed }) {
    this.server = server;
    this.encoding = encoding;
    this.on_message = on_message;
    this.on_closed = on_closed;
    this.on_failed = on_failed;
    this.sender = new EmulationSender(server, encoding, on_failed);
  }

  async open(first) {
    const is_json = this.encoding === 'json';
    const type = is_json ? 'application/json' : 'application/octet-stream';
    this.request = http.request(`${this.server.url}/connection/http_stream`,
      { method: 'POST', agent: false, headers: { 'Content-Type': type, Accept: type } });
    this.request.on('error', () => this.on_closed({ code: 0, reason: 'transport closed' }));
    const response = await new Promise((resolve, reject) => {
      this.request.on('response', resolve).on('error', reject);
      this.request.end(first);
    });
    this.status = response.statusCode;
    response.on('error', () => {});  // 'close' follows
    response.on('close', () => this.#ended());
    if (this.status !== 200) {
      response.resume();
      return;
    }
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
    if (this.encoding === 'protobuf') {
      const { messages, rest } = split_delimited(this.#rest, 'stream');
      this.#rest = rest;
      return messages;
    }
    const end = this.#rest.lastIndexOf(0x0a);
    if (end < 0) return [];
    const lines = this.#rest.subarray(0, end).toString().split('\n');
    this.#rest = this.#rest.subarray(end + 1);
    return lines;
  }

  #ended() {
    if (!this.was_aborted) {
      try {
        require_that(this.#rest.length === 0, 'stream', 'the stream ends with a whole message');
      } catch (error) {
        this.on_failed(error);
      }
    }
    this.on_closed({ code: 0, reason: 'transport closed' });
  }

  attach(session, node) {
    this.sender.attach(session, node);
  }

  send(frame) {
    this.sender.send(frame);
  }

  abort() {
    this.was_aborted = true;
    this.sender.stop();
    this.request?.destroy();
  }
}
