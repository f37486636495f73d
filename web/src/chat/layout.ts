// How a timeline becomes rows: messages of one author close in time share a heading, and a new day
// gets a line.

import type { Away, Entry, Message } from './timeline';

/** A pause longer than this starts a new heading. */
const SAME_GROUP_MS_MAX = 5 * 60_000;

export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly time: number }
  | { readonly kind: 'away'; readonly key: string; readonly away: Away }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      readonly startsGroup: boolean;
    };

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

function closeInTime(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= SAME_GROUP_MS_MAX;
}

function continues(previous: Message | null, message: Message): boolean {
  return (
    previous !== null &&
    previous.author === message.author &&
    previous.attested === message.attested &&
    closeInTime(previous.sentAt, message.sentAt)
  );
}

export function layOut(entries: readonly Entry[]): readonly Row[] {
  const rows: Row[] = [];
  let previous: Message | null = null;
  let day: number | null = null;
  for (const entry of entries) {
    if (entry.kind === 'away') {
      rows.push({ kind: 'away', key: entry.key, away: entry });
      previous = null;
      continue;
    }
    if (entry.sentAt !== null && (day === null || !sameDay(day, entry.sentAt))) {
      day = entry.sentAt;
      rows.push({ kind: 'day', key: `day-of-${entry.key}`, time: day });
      previous = null;
    }
    rows.push({
      kind: 'message',
      key: entry.key,
      message: entry,
      startsGroup: !continues(previous, entry),
    });
    previous = entry;
  }
  return rows;
}
