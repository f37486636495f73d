// Times, durations and names as people read them.

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'medium' });

export function timeOfDay(time: number): string {
  return TIME.format(time);
}

export function fullTime(time: number): string {
  return FULL.format(time);
}

export function dayName(time: number, now: number): string {
  const day = new Date(time).toDateString();
  if (day === new Date(now).toDateString()) return 'Today';
  if (day === new Date(now - 86_400_000).toDateString()) return 'Yesterday';
  return DAY.format(time);
}

/** "3 s", "12 min", "2 h": one unit, rounded. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

export function displayName(user: string): string {
  return user === '' ? 'anonymous' : user;
}

export function initials(user: string): string {
  const words = displayName(user)
    .split(/[\s._-]+/)
    .filter((word) => word !== '');
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : [words[0] ?? '?'];
  return letters.map((word) => [...word][0]!.toUpperCase()).join('');
}

/** Hues of the avatars; view/base.css has one class for each. */
export const HUES = 12;

/** The same user gets the same hue everywhere. */
export function hueOf(user: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const char of user) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d); // short names differ in few bits: spread them
  return ((hash ^ (hash >>> 13)) >>> 0) % HUES;
}
