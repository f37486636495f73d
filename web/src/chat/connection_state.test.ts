import { describe, expect, it } from 'vitest';
import {
  afterEvent,
  type ConnectionEvent,
  type ConnectionState,
  describeConnection,
  NOT_CONNECTED,
} from './connection_state';

const after = (...events: ConnectionEvent[]): ConnectionState =>
  events.reduce(afterEvent, NOT_CONNECTED);

const connecting = { kind: 'connecting', code: 0, reason: 'connect called' } as const;
const connected = { kind: 'connected', transport: 'websocket' } as const;
const shutdown = { kind: 'connecting', code: 3001, reason: 'shutdown' } as const;

describe('the connection state', () => {
  it('says Connecting the first time and Connected then', () => {
    expect(describeConnection(after(connecting)).label).toBe('Connecting');
    expect(describeConnection(after(connecting, connected)).label).toBe('Connected');
  });

  it('counts the attempts and says why the connection went', () => {
    const state = after(connecting, connected, shutdown, { kind: 'attempt_failed' });
    expect(describeConnection(state)).toEqual({
      label: 'Reconnecting',
      detail: 'The server is shutting down (3001). Attempt 2.',
    });
  });

  it('starts counting anew after it was connected', () => {
    const failed = { kind: 'attempt_failed' } as const;
    expect(after(connecting, failed, failed, connected, shutdown)).toMatchObject({ attempt: 1 });
  });

  it('does not take an error of a living connection for a failed attempt', () => {
    const state = after(connecting, connected);
    expect(afterEvent(state, { kind: 'attempt_failed' })).toBe(state);
  });

  it('explains a final disconnect with its code', () => {
    const state = after(connecting, { kind: 'disconnected', code: 3500, reason: 'invalid token' });
    expect(describeConnection(state)).toEqual({
      label: 'Disconnected',
      detail: 'The server does not accept your token (3500).',
    });
  });

  it('gives the reason the server gave for a code it does not know', () => {
    const state = after(connecting, { kind: 'disconnected', code: 4501, reason: 'banned' });
    const { detail } = describeConnection(state);
    expect(detail).toBe('The server ended the connection: banned (4501).');
  });
});
