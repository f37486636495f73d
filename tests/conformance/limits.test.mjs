// Who may connect, how many and how fast; whose address counts behind proxies; and how long the
// server waits for those who say nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import WebSocket from 'ws';

import { RawClient, refused_status } from './raw_client.mjs';
import { eventually, reload, server_for, within } from './server_process.mjs';

const from = (address) => ({ headers: { 'X-Forwarded-For': address } });

test('an address has so many connections, and a proxy that is trusted says whose', async (t) => {
  const server = await server_for(t, { client: { connection_limit_per_address: 2 },
    http_server: { trusted_proxies: ['127.0.0.0/8'] } });
  const open = (address) => RawClient.open(server, from(address));
  const first = await open('192.0.2.1');
  const second = await open('198.51.100.9, 192.0.2.1');  // what comes first is the client's word
  t.after(() => second.socket.terminate());
  assert.equal(await refused_status(server, from('192.0.2.1')), 503);
  assert.equal(await refused_status(server, from('192.0.2.1, 127.0.0.5')), 503);
  assert.equal(await refused_status(server, from('192.0.2.2')), 101);
  assert.equal(await refused_status(server, from('2001:db8::1')), 101);
  await first.close();
  await eventually(async () => await refused_status(server, from('192.0.2.1')) === 101,
    'room for the address');
  assert.match(server.output,
    /warn {2}client refused address=192\.0\.2\.1 reason=".*connection_limit_per_address/);
});

test('nobody else is believed what it says of its address', async (t) => {
  const server = await server_for(t, { client: { connection_limit_per_address: 1 } });
  const only = await RawClient.open(server, from('192.0.2.1'));
  t.after(() => only.socket.terminate());
  for (const address of ['192.0.2.2', '10.0.0.1', '::1', 'unknown', '']) {
    assert.equal(await refused_status(server, from(address)), 503, address);
  }
  await reload(server, { http_server: { trusted_proxies: ['10.0.0.0/8', '::1'] } });
  assert.equal(await refused_status(server, from('192.0.2.2')), 503);
  await reload(server, { http_server: { trusted_proxies: ['127.0.0.1'] } });
  assert.equal(await refused_status(server, from('192.0.2.2')), 101);
});

test('so many may come in a second, and who is refused is told when to come again', async (t) => {
  const server = await server_for(t, { client: { connection_rate_limit: 3 } });
  const outcomes = await Promise.all(Array.from({ length: 12 }, () => refused_status(server)));
  const admitted = outcomes.filter((status) => status === 101).length;
  assert.ok(admitted >= 3 && admitted <= 5, outcomes.join());  // a bucket of three, and refills
  assert.ok(outcomes.every((status) => status === 101 || status === 503), outcomes.join());

  const refused = await eventually(async () => {
    const socket = new WebSocket(server.websocket_url);
    socket.on('error', () => {});
    const answer = await Promise.race([once(socket, 'unexpected-response'), once(socket, 'open')]);
    socket.terminate();
    return answer[1];
  }, 'a refusal');
  assert.equal(refused.statusCode, 503);
  assert.equal(refused.headers['retry-after'], '1');
  await eventually(async () => await refused_status(server) === 101, 'a token in the bucket', 3000);
});

test('one address in haste does not keep others out', async (t) => {
  const server = await server_for(t, { client: { connection_rate_limit_per_address: 2 },
    http_server: { trusted_proxies: ['127.0.0.1'] } });
  const hasty = await Promise.all(Array.from({ length: 20 },
    () => refused_status(server, from('192.0.2.1'))));
  assert.ok(hasty.filter((status) => status === 503).length >= 14, hasty.join());
  for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) {
    assert.equal(await refused_status(server, from(address)), 101);
  }
});

/** Sends `text`, then one byte of `drip` every `every_ms`: when and with what the server ends. */
async function hold(server, text, drip = '', every_ms = 400) {
  const socket = net.connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => { answer += chunk; });
  await once(socket, 'connect');
  const began = Date.now();
  socket.write(text);
  let at = 0;
  const timer = setInterval(() => {
    if (at < drip.length) socket.write(drip[at++]);
  }, every_ms);
  await within(once(socket, 'close'), 'end by the server', 90_000);
  clearInterval(timer);
  return { answer, seconds: (Date.now() - began) / 1000 };
}

const HEAD = 'POST /api/info HTTP/1.1\r\nHost: 127.0.0.1\r\n';

test('who sends a request too slowly is given up, however it drips', async (t) => {
  const server = await server_for(t);
  const [silent, half, dripping, body, idle] = await Promise.all([
    hold(server, ''),
    hold(server, HEAD),
    hold(server, HEAD, 'X-Slow: '.repeat(1000)),
    hold(server, `${HEAD}Content-Length: 1000\r\n\r\n`, '{'.repeat(1000)),
    hold(server, 'GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
  ]);
  const took = (what, { seconds }, least, most) => assert.ok(seconds >= least && seconds <= most,
    `${what}: ${seconds} s`);
  took('silent', silent, 9, 15);
  took('half a head', half, 9, 15);
  took('a dripping head', dripping, 9, 15);
  took('a dripping body', body, 29, 36);
  took('idle between requests', idle, 59, 66);
  assert.equal(silent.answer, '');
  assert.match(half.answer, /^HTTP\/1\.1 408 /);
  assert.match(dripping.answer, /^HTTP\/1\.1 408 /);
  assert.match(body.answer, /^HTTP\/1\.1 408 /);
  assert.match(idle.answer, /^HTTP\/1\.1 200 /);
});

test('hundreds of such connections keep nobody out', async (t) => {
  const server = await server_for(t);
  const sockets = Array.from({ length: 500 }, () => net.connect(server.port, '127.0.0.1'));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => {
    socket.on('error', () => {});
    socket.write(HEAD);
    return once(socket, 'connect');
  }));
  const client = await RawClient.connect(server);
  t.after(() => client.socket.terminate());
  assert.deepEqual(await client.call(2, { publish: { channel: 'plain:x', data: 1 } }),
    { publish: {} });
});
