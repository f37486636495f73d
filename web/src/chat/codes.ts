// What the protocol's numbers mean to the person who sees one, and what to do about it.

/** Errors the server answers a command with (100–1999), when opening a channel or sending. */
const ERRORS: Readonly<Record<number, string>> = {
  100: 'The server had a problem of its own. Trying again may help.',
  101: 'The server does not know you: sign in again.',
  102: 'The server has no channel namespace of that name.',
  103: 'You are not allowed to do this in this channel.',
  104: 'The server does not know this method.',
  105: 'This connection is subscribed to the channel already.',
  106: 'You have as many channels open as the server allows.',
  107: 'The server could not accept this request: a channel name or a message it refuses.',
  108: 'This is switched off for the channel.',
  109: 'Your token has expired: sign in again.',
  110: 'The subscription has expired.',
  111: 'Too many requests at once. Trying again in a moment will help.',
  112: 'The server no longer has the part of the history that was asked for.',
  113: 'Another request for the same pages is running. Trying again will help.',
};

/** Errors the client finds by itself, before or instead of an answer. */
const CLIENT_ERRORS: Readonly<Record<number, string>> = {
  1: 'The server did not answer in time.',
  2: 'The connection broke before the server answered.',
  3: 'You are disconnected.',
  7: 'The channel is not open.',
  10: 'The connection broke while sending.',
  11: 'The connection broke before the server answered.',
};

/** Why a subscription ended, when the server says so with a push (2000–2999). */
const UNSUBSCRIBES: Readonly<Record<number, string>> = {
  2000: 'The server ended this subscription.',
  2500: 'The server lost track of your place in this channel.',
  2501: 'The subscription has expired.',
  2502: 'The server discarded the state of this subscription.',
};

/** Why a connection ended: the codes of the WebSocket close frame (3000–4999). */
const DISCONNECTS: Readonly<Record<number, string>> = {
  0: 'You signed out.',
  1: 'The server does not accept your token.',
  2: 'The server speaks another protocol.',
  3: 'A message was larger than the server allows.',
  3000: 'The server closed the connection.',
  3001: 'The server is shutting down.',
  3004: 'The server had a problem of its own.',
  3005: 'The connection’s token has expired.',
  3006: 'A subscription has expired.',
  3008: 'This page reads more slowly than the channel writes.',
  3009: 'The server could not write to this connection.',
  3010: 'The server lost track of your place in a channel.',
  3011: 'The server asked to connect again.',
  3012: 'This page did not answer a heartbeat in time.',
  3013: 'Too many requests at once.',
  3014: 'The server discarded the state of this connection.',
  3500: 'The server does not accept your token.',
  3501: 'The server could not accept what this page sent.',
  3502: 'The connection was idle for too long before it signed in.',
  3503: 'The server ended this connection.',
  3504: 'You have as many connections open as the server allows.',
  3505: 'You have more channels open than the server allows.',
  3506: 'The server speaks another protocol here.',
  3507: 'You are not allowed to connect.',
  3508: 'What this page asked for is switched off.',
  3509: 'Too many errors on this connection.',
};

/** Why a connection is being made again, by the client’s own account (codes below 3000). */
const RECONNECTS: Readonly<Record<number, string>> = {
  0: 'Opening the connection.',
  1: 'The connection was lost.',
  2: 'Nothing was heard from the server for too long.',
  3: 'The server did not answer in time.',
  4: 'The server did not answer in time.',
};

/** Why a channel could not be opened, was closed, or a message was not accepted. */
export function explainError(code: number): string {
  return (
    ERRORS[code] ??
    CLIENT_ERRORS[code] ??
    UNSUBSCRIBES[code] ??
    'The application behind the server refused this.'
  );
}

function unknown(what: string, reason: string): string {
  return reason === '' ? `${what}.` : `${what}: ${reason}.`;
}

/** Why the connection is gone for good. */
export function explainDisconnect(code: number, reason: string): string {
  return DISCONNECTS[code] ?? unknown('The server ended the connection', reason);
}

/** Why the connection is being made again. */
export function explainReconnect(code: number, reason: string): string {
  return RECONNECTS[code] ?? DISCONNECTS[code] ?? unknown('The connection was lost', reason);
}
