// The real server as a child process: on a free port of loopback, with a data directory of its own,
// ended by its pid.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const READY_MS_MAX = 30_000;
const EXIT_MS_MAX = 30_000;
const PROBE_MS = 20;
const OUTPUT_CHARACTERS_MAX = 64 * 1024;

/** Waits for a promise, at most `ms`; what it waits for is named when it does not come. */
export async function within(promise, what, ms) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** A port nobody listens on; the kernel does not give it out again at once. */
export async function free_port() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/** A folder below the system's temporary one; whoever asks removes it. */
export function temporary_folder() {
  return mkdtemp(path.join(tmpdir(), 'troupe-e2e-'));
}

/** One server that can be stopped and started again on the same port and data. */
export class ServerProcess {
  #child = null;
  #exited = null;
  #output = '';

  constructor(binary, port, folder) {
    this.binary = binary;
    this.port = port;
    this.folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts the server named by TROUPE_BINARY and waits until it is ready. */
  static async start_new() {
    const binary = process.env.TROUPE_BINARY;
    assert.ok(binary, 'TROUPE_BINARY names the server to test');
    const server = new ServerProcess(binary, await free_port(), await temporary_folder());
    try {
      await server.start();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  async start() {
    assert.equal(this.#child, null, 'the server runs already');
    const data = path.join(this.folder, 'data');
    const child = spawn(
      this.binary,
      ['serve', '--port', String(this.port), '--set', `storage.path=${data}`],
      { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await once(child, 'spawn');
    this.#child = child;
    this.#exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    await this.#until_ready();
  }

  async #until_ready() {
    const deadline = Date.now() + READY_MS_MAX;
    for (;;) {
      const ended = this.#child.exitCode !== null || this.#child.signalCode !== null;
      assert.ok(!ended, `the server ended while starting:\n${this.#output}`);
      const response = await fetch(`${this.url}/health/ready`).catch(() => null);
      await response?.arrayBuffer();
      if (response?.status === 200) return;
      assert.ok(Date.now() < deadline, `the server is not ready; it said:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  }

  /** Ends the process: SIGTERM lets it drain and has to give 0, SIGKILL is an accident. */
  async end(signal) {
    assert.notEqual(this.#child, null, 'the server does not run');
    process.kill(this.#child.pid, signal);
    const what = `exit after ${signal}; the server said:\n${this.#output}`;
    const end = await within(this.#exited, what, EXIT_MS_MAX);
    this.#child = null;
    if (signal === 'SIGTERM') {
      assert.deepEqual(end, { code: 0, signal: null }, `the server said:\n${this.#output}`);
    }
  }

  /** Ends what still runs, whatever the state, and removes the data. */
  async remove() {
    if (this.#child !== null) {
      this.#child.kill('SIGKILL');
      await this.#exited;
      this.#child = null;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
