// A TCP proxy on loopback that can be cut: what a lost network looks like to both ends.

import { once } from 'node:events';
import net from 'node:net';

export class TcpProxy {
  #sockets = new Set();
  #is_cut = false;

  static async to(port) {
    const proxy = new TcpProxy();
    proxy.listener = net.createServer((client) => proxy.#accept(client, port));
    proxy.listener.listen(0, '127.0.0.1');
    await once(proxy.listener, 'listening');
    proxy.port = proxy.listener.address().port;
    proxy.websocket_url = `ws://127.0.0.1:${proxy.port}/connection/websocket`;
    return proxy;
  }

  #accept(client, port) {
    if (this.#is_cut) {
      client.destroy();
      return;
    }
    const upstream = net.connect(port, '127.0.0.1');
    for (const [socket, peer] of [[client, upstream], [upstream, client]]) {
      this.#sockets.add(socket);
      socket.pipe(peer);
      socket.on('error', () => {});  // a cut shows as a close
      socket.on('close', () => {
        this.#sockets.delete(socket);
        peer.destroy();
      });
    }
  }

  /** Drops every connection now and every new one until mend(). */
  cut() {
    this.#is_cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#is_cut = false;
  }

  async close() {
    this.cut();
    this.listener.close();
    await once(this.listener, 'close');
  }
}
