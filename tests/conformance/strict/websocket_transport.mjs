// Messages over WebSocket: JSON in text frames, one object a line; protobuf in binary frames, each
// message behind its length. `ws` reads and writes the frames and nothing more.

import { once } from 'node:events';
import WebSocket from 'ws';

import { split_delimited } from './protobuf_codec.mjs';
import { require_that } from './violation.mjs';

const MESSAGES_PER_FRAME_MAX = 16;

export class WebSocketTransport {
  emulated = false;

  /** `on_message` gets the messages one by one, `on_closed` code and reason, once. */
  constructor(server, encoding,
    { on_message, on_closed, on_failed, query = '', protocols, headers,
      deflate = false }) {
    this.encoding = encoding;
    const offered = protocols ?? (encoding === 'protobuf' ? ['centrifuge-protobuf'] : []);
    this.socket = new WebSocket(server.websocket_url + query, offered,
      { perMessageDeflate: deflate, headers });
    this.socket.on('message', (data, is_binary) => {
      try {
        for (const message of this.#messages_in(data, is_binary)) on_message(message);
      } catch (error) {
        on_failed(error);
      }
    });
    this.socket.on('error', () => {});  // shows as a close
    this.socket.on('close', (code, reason) => on_closed({ code, reason: reason.toString() }));
  }

  #messages_in(data, is_binary) {
    const where = 'frame';
    require_that(is_binary === (this.encoding === 'protobuf'), where,
      `${this.encoding} does not travel in ${is_binary ? 'binary' : 'text'} frames`);
    let messages;
    if (is_binary) {
      const { messages: whole, rest } = split_delimited(data, where);
      require_that(rest.length === 0, where, 'a frame ends with a whole message');
      messages = whole;
    } else {
      messages = data.toString().split('\n');
    }
    require_that(messages.length >= 1 && messages.length <= MESSAGES_PER_FRAME_MAX, where,
      `1 to ${MESSAGES_PER_FRAME_MAX} messages, not ${messages.length}`);
    return messages;
  }

  /** Opens, and sends the first frame. */
  async open(first) {
    await once(this.socket, 'open');
    const wanted = this.encoding === 'protobuf' ? 'centrifuge-protobuf' : 'centrifuge-json';
    require_that(['', wanted].includes(this.socket.protocol), 'upgrade',
      `the subprotocol is what was offered, not '${this.socket.protocol}'`);
    if (first !== undefined) this.send(first);
  }

  send(frame) {
    this.socket.send(frame, { binary: this.encoding === 'protobuf' });
  }

  attach() {}

  abort() {
    this.socket.terminate();
  }
}
