// An identity provider's key endpoint: publishes a set of keys, counts who asks, and misbehaves on
// demand.

import { once } from 'node:events';
import http from 'node:http';

export class KeyServer {
  constructor(keys) {
    this.keys = keys;
    this.requests = [];
    this.held = [];
    /** How it answers: (response) => void. */
    this.behaviour = (response) => this.answer(response);
    this.server = http.createServer((request, response) => {
      this.requests.push({ method: request.method, url: request.url, headers: request.headers });
      this.behaviour(response);
    });
  }

  static async start(t, keys) {
    const made = new KeyServer(keys);
    await made.listen(0);
    t.after(() => made.close());
    return made;
  }

  async listen(port) {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}/keys`;
  }

  async close() {
    for (const response of this.held.splice(0)) response.destroy();
    this.server.closeAllConnections?.();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  answer(response, body = JSON.stringify({ keys: this.keys.map((key) => key.jwk?.() ?? key) })) {
    response.writeHead(200, { 'Content-Type': 'application/jwk-set+json' }).end(body);
  }

  /** Answers nobody until release(). */
  hold() {
    this.behaviour = (response) => this.held.push(response);
  }

  release() {
    this.behaviour = (response) => this.answer(response);
    for (const response of this.held.splice(0)) this.answer(response);
  }
}
