// The application behind the proxies, in this process: it does what the client's own data tells it
// to, and keeps every request.

import { once } from 'node:events';
import http from 'node:http';

/** The event a request is about is the last part of its address. */
const event_of = (url) => url.split('/').at(-1);

export class Application {
  requests = [];

  static async start() {
    const application = new Application();
    application.server = http.createServer((request, response) =>
      application.#answer(request, response));
    application.server.listen(0, '127.0.0.1');
    await once(application.server, 'listening');
    application.url = `http://127.0.0.1:${application.server.address().port}`;
    return application;
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks));
    const event = event_of(request.url);
    this.requests.push({ event, body, headers: request.headers });
    const wish = body.data ?? {};
    if (wish.silence) return;  // the server has to give up by itself
    if (wish.nonsense) {
      response.end('{"result":');
      return;
    }
    response.statusCode = wish.status ?? 200;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(this.#reply(event, wish, body)));
  }

  #reply(event, wish, { user }) {
    const { error, disconnect } = wish;
    if (error) return { error };
    if (disconnect) return { disconnect };
    if (event === 'connect') {
      if (!wish.login) return { disconnect: { code: 4500, reason: 'who are you' } };
      const { login, channels, expire_at } = wish;
      return { result: { user: login, channels, expire_at, info: { by: 'application' },
        data: { welcome: login } } };
    }
    if (event === 'refresh') {
      return { result: user.startsWith('gone') ? { expired: true }
        : { expire_at: Math.floor(Date.now() / 1000) + 3600 } };
    }
    return { result: wish.give ?? {} };
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
