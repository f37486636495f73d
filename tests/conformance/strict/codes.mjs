// Every code a server may send, with its text, from section 4 of the reference.

import { require_that } from './violation.mjs';

export const ERRORS = {
  100: 'internal server error', 101: 'unauthorized', 102: 'unknown channel',
  103: 'permission denied', 104: 'method not found', 105: 'already subscribed',
  106: 'limit exceeded', 107: 'bad request', 108: 'not available', 109: 'token expired',
  110: 'expired', 111: 'too many requests', 112: 'unrecoverable position',
  113: 'concurrent pagination',
};
const TEMPORARY = [100, 111, 113];

export const UNSUBSCRIBES = {
  2000: 'server unsubscribe', 2500: 'insufficient state', 2501: 'subscription expired',
  2502: 'state invalidated',
};

export const DISCONNECTS = {
  3000: 'connection closed', 3001: 'shutdown', 3004: 'internal server error',
  3005: 'connection expired', 3006: 'subscription expired', 3008: 'slow', 3009: 'write error',
  3010: 'insufficient state', 3011: 'force reconnect', 3012: 'no pong',
  3013: 'too many requests', 3014: 'state invalidated',
  3500: 'invalid token', 3501: 'bad request', 3502: 'stale', 3503: 'force disconnect',
  3504: 'connection limit', 3505: 'channel limit', 3506: 'inappropriate protocol',
  3507: 'permission denied', 3508: 'not available', 3509: 'too many errors',
};

const REASON_BYTES_MAX = 123;

/** Whether a client has to come back by itself after this disconnect. */
export const is_reconnect = (code) =>
  !((code >= 3500 && code < 4000) || (code >= 4500 && code < 5000));

export function check_error({ code, message, temporary }, where = 'error') {
  if (code >= 400 && code <= 1999) return;  // the application's own
  require_that(Object.hasOwn(ERRORS, code), where, `${code} is no error code`);
  require_that(message === ERRORS[code], where, `${code} says '${ERRORS[code]}', not '${message}'`);
  require_that((temporary ?? false) === TEMPORARY.includes(code), where,
    `${code} is ${TEMPORARY.includes(code) ? '' : 'not '}temporary`);
}

export function check_unsubscribe({ code, reason }, where = 'unsubscribe') {
  if ((code >= 2100 && code <= 2499) || (code >= 2600 && code <= 2999)) return;
  require_that(Object.hasOwn(UNSUBSCRIBES, code), where, `${code} is no unsubscribe code`);
  require_that(reason === UNSUBSCRIBES[code], where,
    `${code} says '${UNSUBSCRIBES[code]}', not '${reason}'`);
}

export function check_disconnect({ code, reason }, where = 'disconnect') {
  require_that(Buffer.byteLength(reason) <= REASON_BYTES_MAX, where, 'the reason is too long');
  if (code >= 4000 && code <= 4999) return;
  require_that(Object.hasOwn(DISCONNECTS, code), where, `${code} is no disconnect code`);
}
