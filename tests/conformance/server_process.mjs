// The real server as a child process: start it on a free port with a configuration of its own,
// wait until it is ready, talk to its HTTP side, stop it by its pid and see how it ended.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const HMAC_SECRET = 'a-secret-of-the-conformance-suite-only';
export const API_KEY = 'the-api-key-of-the-conformance-suite';

const READY_MS_MAX = 30_000;
const EXIT_MS_MAX = 30_000;
const LISTENING = /is listening on \w+:\/\/\S+:(\d+)\n/;
const OUTPUT_CHARACTERS_MAX = 64 * 1024;

const EVERYTHING_FOR_CLIENTS = {
  allow_subscribe_for_client: true,
  allow_publish_for_client: true,
  allow_history_for_client: true,
  allow_presence_for_client: true,
};

/** What the suites run against unless they say otherwise. */
export const DEFAULT_CONFIG = {
  client: { token: { hmac_secret_key: HMAC_SECRET } },
  http_api: { key: API_KEY },
  shutdown: { timeout: '10s' },
  channel: {
    without_namespace: { ...EVERYTHING_FOR_CLIENTS },
    namespaces: [
      { name: 'chat', ...EVERYTHING_FOR_CLIENTS, presence: true, join_leave: true,
        force_push_join_leave: true, history_size: 2000, history_ttl: '300s',
        force_recovery: true },
      { name: 'short', ...EVERYTHING_FOR_CLIENTS, history_size: 3, history_ttl: '300s',
        force_recovery: true },
      { name: 'log', ...EVERYTHING_FOR_CLIENTS, history_size: 100, history_ttl: '300s' },
      { name: 'plain', ...EVERYTHING_FOR_CLIENTS },
      { name: 'readonly', allow_subscribe_for_client: true },
      { name: 'closed', presence: true, history_size: 10, history_ttl: '300s' },
    ],
  },
};

/** Waits for a promise, at most `ms`; what it waits for is named when it does not come. */
export async function within(promise, what, ms = 10_000) {
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

/** For a state nobody announces: asks again every 20 ms until `probe` gives something truthy. */
export async function eventually(probe, what, ms = 10_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`no ${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function free_port() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/** A connection or subscription token, HS256. */
export function token(claims, secret = HMAC_SECRET, header = { alg: 'HS256', typ: 'JWT' }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export const unix_now = () => Math.floor(Date.now() / 1000);

/** A deep copy of `base` with `changes` laid over it; arrays are replaced. */
export function with_changes(base, changes) {
  const result = structuredClone(base);
  for (const [key, value] of Object.entries(changes)) {
    const is_tree = value !== null && typeof value === 'object' && !Array.isArray(value);
    result[key] = is_tree ? with_changes(result[key] ?? {}, value) : structuredClone(value);
  }
  return result;
}

export class ServerProcess {
  constructor(child, port, folder) {
    this.child = child;
    this.#listens_on(port);
    this.folder = folder;
    this.output = '';  // both streams, as they came
    this.greeting = '';
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output = (this.output + text).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    // On its own: a line of the log may come in the middle of one.
    child.stdout.on('data', (text) => {
      this.greeting = (this.greeting + text).slice(0, OUTPUT_CHARACTERS_MAX);
    });
  }

  get has_exited() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  #listens_on(port) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.websocket_url = `ws://127.0.0.1:${port}/connection/websocket`;
  }

  #has_not_exited() {
    if (this.has_exited) throw new Error(`the server ended while starting:\n${this.output}`);
  }

  async until_ready() {
    // It says itself where it listens: what answers on a port may be another test's server.
    const [, port] = await eventually(() => {
      this.#has_not_exited();
      return LISTENING.exec(this.greeting);
    }, `address of the server; it said:\n${this.output}`, READY_MS_MAX);
    this.#listens_on(Number(port));
    await eventually(async () => {
      this.#has_not_exited();
      const response = await fetch(`${this.url}/health/ready`).catch(() => null);
      await response?.arrayBuffer();
      return response?.status === 200;
    }, `200 from /health/ready; the server said:\n${this.output}`, READY_MS_MAX);
  }

  /** POST /api/<method>: the status and the decoded body (null when there is none). */
  async post(method, body, headers = { 'X-API-Key': API_KEY }, query = '') {
    const response = await fetch(`${this.url}/api/${method}${query}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let decoded = null;
    try {
      decoded = JSON.parse(text);
    } catch {
      decoded = null;  // an error page need not be JSON; the status tells
    }
    return { status: response.status, body: decoded, text };
  }

  /** As post(), for a call that has to succeed: its result. */
  async api(method, body) {
    const { status, body: decoded, text } = await this.post(method, body);
    assert.equal(status, 200, text);
    assert.deepEqual(Object.keys(decoded), ['result'], text);
    return decoded.result;
  }

  signal(name) {
    process.kill(this.child.pid, name);
  }

  async exit(ms = EXIT_MS_MAX) {
    return within(this.exited, `exit of the server; it said:\n${this.output}`, ms);
  }

  /** As a crash of the machine would: at once, and the data stays. */
  async kill() {
    this.signal('SIGKILL');
    const { signal } = await this.exit();
    assert.equal(signal, 'SIGKILL', `the server ended by itself; it said:\n${this.output}`);
  }

  /** SIGTERM, and the exit code has to be 0: a crash on the way out fails the suite. */
  async stop() {
    try {
      if (!this.has_exited) this.signal('SIGTERM');
      const { code, signal } = await this.exit();
      assert.deepEqual({ code, signal }, { code: 0, signal: null },
        `the server should exit with 0; it said:\n${this.output}`);
    } finally {
      if (!this.has_exited) {
        this.signal('SIGKILL');
        await this.exited;
      }
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

/** Starts the server; `changes` are laid over DEFAULT_CONFIG. The caller stops it. */
export async function start_server(changes = {}, port = undefined) {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-conformance-'));
  try {
    return await start_server_in(folder, changes, port);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The same with the data of a server that ran in this folder before. */
export async function start_server_in(folder, changes = {}, port = undefined) {
  const binary = process.env.TROUPE_BINARY;
  assert.ok(binary, 'TROUPE_BINARY names the server to test');
  const config = with_changes(with_changes(DEFAULT_CONFIG, changes),
    { storage: { path: path.join(folder, 'data') } });
  const file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  const child = spawn(binary, ['serve', '--config', file, '--port', String(port ?? 0)],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  const server = new ServerProcess(child, port, folder);
  server.config_file = file;
  server.config = config;
  try {
    await server.until_ready();
  } catch (error) {
    if (!server.has_exited) server.signal('SIGKILL');
    await server.exited;
    throw error;
  }
  return server;
}

/** A server for one test, stopped with it. */
export async function server_for(t, changes) {
  const server = await start_server(changes);
  t.after(() => server.stop());
  return server;
}

/**
 * Has the server read its configuration again, with `changes` laid over what it was started with;
 * without any, the file as it is. What it says until it is done.
 */
export async function reload(server, changes = undefined) {
  if (changes) {
    await writeFile(server.config_file, JSON.stringify(with_changes(server.config, changes)));
  }
  const before = server.output.length;
  server.signal('SIGHUP');
  return eventually(() => {
    const said = server.output.slice(before);
    return /^.*(info +reloaded|error +reload refused).*$/m.test(said) && said;
  }, `answer to SIGHUP; the server said:\n${server.output}`);
}
