// The application behind the server, for the tests: answers the events it is asked about with what
// the test says, and remembers them all.

import { once } from 'node:events';
import http from 'node:http';

const BODY_BYTES_MAX = 1024 * 1024;

export class ApplicationServer {
  constructor() {
    /** {path, body, headers} in the order they came. */
    this.events = [];
    /** By path: (body, request) => answer; an object is sent as JSON, null leaves it unanswered. */
    this.answers = {};
    this.under_way = 0;
    this.under_way_max = 0;
    this.server = http.createServer(async (request, response) => {
      this.under_way_max = Math.max(this.under_way_max, ++this.under_way);
      response.once('close', () => { --this.under_way; });
      let text = '';
      for await (const chunk of request) {
        text += chunk;
        if (text.length > BODY_BYTES_MAX) return request.destroy();
      }
      const body = JSON.parse(text);
      const event = { path: request.url, method: request.method, headers: request.headers, body };
      this.events.push(event);
      const answer = await (this.answers[request.url] ?? (() => ({ result: {} })))(body, event);
      if (answer === null) return undefined;
      const { status = 200, text: raw } = answer?.raw ?? {};
      response.writeHead(status, { 'Content-Type': 'application/json' });
      return response.end(raw ?? JSON.stringify(answer));
    });
  }

  static async start(t) {
    const made = new ApplicationServer();
    await made.listen(0);
    t.after(() => made.close());
    return made;
  }

  async listen(port = this.port) {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
  }

  async close() {
    if (!this.server.listening) return;
    this.server.closeAllConnections?.();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The configuration object of a proxy that asks here. */
  proxy(path, more = {}) {
    return { endpoint: `http://127.0.0.1:${this.port}${path}`, ...more };
  }

  of(path) {
    return this.events.filter((event) => event.path === path);
  }
}
