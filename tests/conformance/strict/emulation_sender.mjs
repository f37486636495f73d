// The way back of http_stream and SSE: commands in requests of their own, one after the other, so
// that they arrive in order.

import assert from 'node:assert/strict';

import { encode_message } from './protobuf_codec.mjs';

export class EmulationSender {
  #attached;
  #attach;
  #last;

  constructor(server, encoding, on_failed) {
    this.url = `${server.url}/emulation`;
    this.encoding = encoding;
    this.on_failed = on_failed;
    this.stopped = new AbortController();
    this.#attached = new Promise((resolve) => { this.#attach = resolve; });
    this.#last = this.#attached;
  }

  /** From here on commands can go: session and node of the connect reply. */
  attach(session, node) {
    this.#attach({ session, node });
  }

  send(frame) {
    this.#last = this.#last.then(async () => {
      const { session, node } = await this.#attached;
      const status = await this.post({ session, node, data: frame });
      assert.equal(status, 204, 'status of /emulation');
    }).catch((error) => {
      if (!this.stopped.signal.aborted) this.on_failed(error);
    });
  }

  /** One request; its status. */
  async post(request) {
    const is_json = this.encoding === 'json';
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'Content-Type': is_json ? 'application/json' : 'application/octet-stream' },
      body: is_json ? JSON.stringify(request) : encode_message('EmulationRequest', request),
      signal: this.stopped.signal,
    });
    await response.arrayBuffer();
    return response.status;
  }

  stop() {
    this.stopped.abort();
  }
}
