// Endpoints that the operator has moved or switched off, and limits of the transport.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RawClient, refused_status } from './raw_client.mjs';
import { API_KEY, reload, server_for } from './server_process.mjs';

const status_of = async (server, path, options = {}) => {
  const response = await fetch(server.url + path, options);
  await response.arrayBuffer();
  return response.status;
};
const call = { method: 'POST', body: '{}', headers: { 'X-API-Key': API_KEY } };

test('what was moved is at its new path alone', async (t) => {
  const server = await server_for(t, {
    websocket: { handler_prefix: '/realtime' },
    http_api: { handler_prefix: '/backend/api' },
    prometheus: { handler_prefix: '/internal/metrics' },
    node: { name: 'the-first-node' },
  });
  assert.equal(await refused_status(server), 404);
  server.websocket_url = server.websocket_url.replace('/connection/websocket', '/realtime');
  const client = await RawClient.connect(server);
  t.after(() => client.socket.terminate());
  assert.equal(await status_of(server, '/api/info', call), 404);
  assert.equal(await status_of(server, '/backend/api/info', call), 200);
  assert.equal(await status_of(server, '/metrics'), 404);
  assert.equal(await status_of(server, '/internal/metrics'), 200);
  const info = await (await fetch(`${server.url}/backend/api/info`, call)).json();
  assert.equal(info.result.nodes[0].name, 'the-first-node');
});

test('what is disabled is not there', async (t) => {
  const server = await server_for(t, { websocket: { disabled: true },
    http_api: { disabled: true } });
  assert.equal(await refused_status(server), 404);
  assert.equal(await status_of(server, '/api/info', call), 404);
  assert.equal(await status_of(server, '/health/live'), 200);
});

test('errors of the HTTP API are statuses where the operator wants it so', async (t) => {
  const server = await server_for(t, { http_api: { error_mode: 'transport' } });
  const unknown = { ...call, body: JSON.stringify({ channel: 'nowhere:x', data: 1 }) };
  assert.equal(await status_of(server, '/api/publish', unknown), 404);
  await reload(server, { http_api: { error_mode: '' } });
  assert.equal(await status_of(server, '/api/publish', unknown), 200);
});

test('a message over websocket.message_size_limit is 1009', async (t) => {
  const server = await server_for(t, { websocket: { message_size_limit: 2048 } });
  const client = await RawClient.connect(server);
  const publish = (bytes) => ({ id: 2, publish: { channel: 'plain:x', data: 'x'.repeat(bytes) } });
  client.send(publish(1900));
  assert.ok((await client.reply(2)).publish);
  client.send(publish(2048));
  await client.expect_close(1009, 'a message over the limit');
});
