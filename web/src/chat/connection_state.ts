// The connection as the page shows it, computed from the client library's events.

import { explainDisconnect, explainReconnect } from './codes';

export type ConnectionState =
  | { readonly phase: 'connected'; readonly transport: string }
  | {
      readonly phase: 'connecting';
      /** 1 for the first try. */
      readonly attempt: number;
      readonly code: number;
      readonly reason: string;
    }
  | { readonly phase: 'disconnected'; readonly code: number; readonly reason: string };

export type ConnectionEvent =
  | { readonly kind: 'connecting'; readonly code: number; readonly reason: string }
  | { readonly kind: 'attempt_failed' }
  | { readonly kind: 'connected'; readonly transport: string }
  | { readonly kind: 'disconnected'; readonly code: number; readonly reason: string };

export const NOT_CONNECTED: ConnectionState = { phase: 'disconnected', code: 0, reason: '' };

export function afterEvent(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.kind) {
    case 'connecting':
      return { phase: 'connecting', attempt: 1, code: event.code, reason: event.reason };
    case 'attempt_failed':
      return state.phase === 'connecting' ? { ...state, attempt: state.attempt + 1 } : state;
    case 'connected':
      return { phase: 'connected', transport: event.transport };
    case 'disconnected':
      return { phase: 'disconnected', code: event.code, reason: event.reason };
  }
}

/** Codes from here on come from the server; those below are the client library's own. */
const SERVER_CODE_MIN = 3000;

/** "The server is shutting down (3001)." */
function withCode(sentence: string, code: number): string {
  return code < SERVER_CODE_MIN ? sentence : sentence.replace(/\.$/, ` (${code}).`);
}

/** A word for the pill, and a sentence for whoever asks more. */
export function describeConnection(state: ConnectionState): { label: string; detail: string } {
  switch (state.phase) {
    case 'connected':
      return { label: 'Connected', detail: `Connected over ${state.transport}.` };
    case 'connecting': {
      const why = explainReconnect(state.code, state.reason);
      return state.code === 0 && state.attempt === 1
        ? { label: 'Connecting', detail: why }
        : {
            label: 'Reconnecting',
            detail: `${withCode(why, state.code)} Attempt ${state.attempt}.`,
          };
    }
    case 'disconnected': {
      const why = explainDisconnect(state.code, state.reason);
      return { label: 'Disconnected', detail: withCode(why, state.code) };
    }
  }
}
