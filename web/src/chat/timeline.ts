// What one channel shows, in order: messages by their place in the stream, notices where the reader
// was away, and at the end what this page is still sending. Every function returns a new timeline.
//
// Invariants:
//  1. Within one epoch, entries are in the order of their offsets; a later epoch comes after.
//  2. An (epoch, offset) appears once, and so does an (author, id): live, recovered and loaded
//     publications overlap, and a retry may have been accepted twice.
//  3. Unsent messages come last, in the order they were written.

import { readPublication, type Publication } from './message';

/** Entries kept in memory; beyond it the oldest go and can be loaded again. */
export const ENTRIES_KEPT_MAX = 2000;

/** Messages that may wait for the server at once. */
export const UNSENT_MAX = 50;

export interface Failure {
  readonly code: number;
  readonly message: string;
}

/** waiting: for the channel to open; sending: for the answer; sent: answered, not yet seen back. */
export type Delivery = 'delivered' | 'waiting' | 'sending' | 'sent' | 'failed';

export interface Message {
  readonly kind: 'message';
  /** Unique in the timeline and unchanged when an unsent message is delivered. */
  readonly key: string;
  readonly id: string | null;
  readonly author: string;
  readonly attested: boolean;
  readonly text: string;
  readonly sentAt: number | null;
  readonly epoch: string;
  /** null in a channel without history. */
  readonly offset: number | null;
  readonly delivery: Delivery;
  readonly failure: Failure | null;
}

/** The reader was away here. */
export interface Away {
  readonly kind: 'away';
  readonly key: string;
  readonly epoch: string;
  /** The last offset seen before. */
  readonly offset: number | null;
  readonly awayMs: number;
  /** Messages recovered since; meaningless unless complete. */
  readonly recovered: number;
  /** False when the server could not give back everything that was missed. */
  readonly complete: boolean;
}

export type Entry = Message | Away;

export interface Timeline {
  readonly entries: readonly Entry[];
  readonly epoch: string;
  /** Whether the stream holds messages before the first one here. */
  readonly hasEarlier: boolean;
}

export const EMPTY_TIMELINE: Timeline = { entries: [], epoch: '', hasEarlier: false };

function isUnsent(entry: Entry): entry is Message {
  return entry.kind === 'message' && entry.delivery !== 'delivered';
}

function isCopyOf(entry: Entry, message: Message): boolean {
  if (entry.kind !== 'message') return false;
  if (message.offset !== null && entry.offset === message.offset) {
    return entry.epoch === message.epoch;
  }
  return message.id !== null && entry.id === message.id && entry.author === message.author;
}

/** Where a delivered message of this epoch and offset belongs. */
function placeOf(entries: readonly Entry[], epoch: string, offset: number | null): number {
  let index = entries.length;
  while (index > 0) {
    const before = entries[index - 1]!;
    const later =
      isUnsent(before) ||
      (offset !== null &&
        before.epoch === epoch &&
        before.offset !== null &&
        before.offset >= offset);
    if (!later) break;
    index -= 1;
  }
  return index;
}

function insert(entries: Entry[], message: Message): void {
  const copy = entries.findIndex((entry) => isCopyOf(entry, message));
  if (copy >= 0) {
    const known = entries[copy]!;
    if (!isUnsent(known)) return;
    entries.splice(copy, 1);
    message = { ...message, key: known.key };
  }
  entries.splice(placeOf(entries, message.epoch, message.offset), 0, message);
}

function trimmed(timeline: Timeline): Timeline {
  const excess = timeline.entries.length - ENTRIES_KEPT_MAX;
  if (excess <= 0) return timeline;
  return { ...timeline, entries: timeline.entries.slice(excess), hasEarlier: true };
}

let keysGiven = 0;

function freshKey(kind: string): string {
  keysGiven += 1;
  return `${kind}-${keysGiven}`;
}

function toMessage(publication: Publication, epoch: string, now: number): Message {
  return {
    kind: 'message',
    key: freshKey('m'),
    ...readPublication(publication, now),
    epoch,
    offset: publication.offset ?? null,
    delivery: 'delivered',
    failure: null,
  };
}

/** A publication that just arrived; one that carries no time of its own is given the arrival's. */
export function withPublication(
  timeline: Timeline,
  publication: Publication,
  now: number,
): Timeline {
  const entries = [...timeline.entries];
  const message = toMessage(publication, timeline.epoch, now);
  insert(entries, message.sentAt === null ? { ...message, sentAt: now } : message);
  return trimmed({ ...timeline, entries });
}

/** A page of history, in any order; overlaps with what is there are dropped. */
export function withHistory(
  timeline: Timeline,
  page: {
    readonly publications: readonly Publication[];
    readonly epoch: string;
    readonly hasEarlier: boolean;
  },
  now: number,
): Timeline {
  const entries = [...timeline.entries];
  for (const publication of page.publications) {
    insert(entries, toMessage(publication, page.epoch, now));
  }
  return trimmed({ entries, epoch: page.epoch, hasEarlier: page.hasEarlier });
}

/** The stream the following publications belong to. */
export function withEpoch(timeline: Timeline, epoch: string): Timeline {
  return timeline.epoch === epoch ? timeline : { ...timeline, epoch };
}

/** Marks the place where the reader was away. */
export function withAway(
  timeline: Timeline,
  away: { readonly awayMs: number; readonly complete: boolean },
): Timeline {
  const entries = [...timeline.entries];
  const last = lastDelivered(timeline);
  if (!last) return timeline;
  entries.splice(placeOf(entries, '', null), 0, {
    kind: 'away',
    key: freshKey('a'),
    epoch: last.epoch,
    offset: last.offset,
    recovered: 0,
    ...away,
  });
  return trimmed({ ...timeline, entries });
}

/** Counts one recovered message on the last notice. */
export function withRecovered(timeline: Timeline): Timeline {
  const index = timeline.entries.findLastIndex((entry) => entry.kind === 'away');
  const away = timeline.entries[index];
  if (away?.kind !== 'away') return timeline;
  const entries = [...timeline.entries];
  entries[index] = { ...away, recovered: away.recovered + 1 };
  return { ...timeline, entries };
}

/** Shows a message before the server has answered. */
export function withUnsent(
  timeline: Timeline,
  draft: { readonly id: string; readonly author: string; readonly text: string },
  delivery: 'waiting' | 'sending',
  now: number,
): Timeline {
  const message: Message = {
    kind: 'message',
    key: freshKey('m'),
    id: draft.id,
    author: draft.author,
    attested: true,
    text: draft.text,
    sentAt: now,
    epoch: timeline.epoch,
    offset: null,
    delivery,
    failure: null,
  };
  return { ...timeline, entries: [...timeline.entries, message] };
}

/** A message that arrived meanwhile is delivered whatever the answer says: it is left alone. */
export function withDelivery(
  timeline: Timeline,
  id: string,
  delivery: Exclude<Delivery, 'delivered'>,
  failure: Failure | null = null,
): Timeline {
  const entries = timeline.entries.map((entry) =>
    isUnsent(entry) && entry.id === id ? { ...entry, delivery, failure } : entry,
  );
  return { ...timeline, entries };
}

/** Forgets an unsent message. */
export function withoutUnsent(timeline: Timeline, id: string): Timeline {
  return {
    ...timeline,
    entries: timeline.entries.filter((entry) => !(isUnsent(entry) && entry.id === id)),
  };
}

export function unsent(timeline: Timeline): readonly Message[] {
  return timeline.entries.filter(isUnsent);
}

function lastDelivered(timeline: Timeline): Message | undefined {
  return timeline.entries.findLast(
    (entry): entry is Message => entry.kind === 'message' && entry.delivery === 'delivered',
  );
}

/** The offset to load earlier messages before, or null when there is nothing to go by. */
export function earliestOffset(timeline: Timeline): number | null {
  for (const entry of timeline.entries) {
    if (entry.kind === 'message' && entry.epoch === timeline.epoch && entry.offset !== null) {
      return entry.offset;
    }
  }
  return null;
}

/** The newest offset seen of the current epoch, or 0. */
export function latestOffset(timeline: Timeline): number {
  const last = lastDelivered(timeline);
  return last && last.epoch === timeline.epoch ? (last.offset ?? 0) : 0;
}
