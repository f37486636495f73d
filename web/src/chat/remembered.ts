// What the page remembers: the name between visits, who is signed in and which channels are open
// until the tab closes. A browser may refuse storage: then it remembers nothing.

import { CHANNEL_NAME_BYTES_MAX } from './channel_name';

const LAST_USER = 'troupe.last_user';
const SIGNED_IN = 'troupe.signed_in';
const CHANNELS = 'troupe.channels';

function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Refused or full: the page works the same, only the next visit starts afresh.
  }
}

const tab = () => sessionStorage;
const browser = () => localStorage;

export function lastUser(): string {
  return read(browser, LAST_USER) ?? '';
}

/** The user of this tab, to sign in again after a reload. */
export function signedInUser(): string | null {
  return read(tab, SIGNED_IN);
}

export function rememberUser(user: string | null): void {
  write(tab, SIGNED_IN, user);
  if (user !== null) write(browser, LAST_USER, user);
}

export function openChannels(countMax: number): readonly string[] {
  try {
    const names: unknown = JSON.parse(read(tab, CHANNELS) ?? '[]');
    if (!Array.isArray(names)) return [];
    return names
      .filter((name) => typeof name === 'string' && name.length <= CHANNEL_NAME_BYTES_MAX)
      .slice(0, countMax);
  } catch {
    return [];
  }
}

export function rememberChannels(names: readonly string[]): void {
  write(tab, CHANNELS, JSON.stringify(names));
}
