// Who is in a channel: connections by client id, shown grouped by user.

/** People listed by name; beyond it a count stands for the rest. */
export const PEOPLE_SHOWN_MAX = 200;

export interface ClientInfo {
  readonly client: string;
  readonly user: string;
}

/** One join or leave. */
export interface RosterChange {
  readonly kind: 'join' | 'leave';
  readonly info: ClientInfo;
}

/** User by client id. */
export type Roster = ReadonlyMap<string, string>;

export const EMPTY_ROSTER: Roster = new Map();

export interface Person {
  readonly user: string;
  readonly connections: number;
  readonly isMe: boolean;
}

export function withChange(roster: Roster, change: RosterChange): Roster {
  const next = new Map(roster);
  if (change.kind === 'join') {
    next.set(change.info.client, change.info.user);
  } else {
    next.delete(change.info.client);
  }
  return next;
}

/**
 * The roster after a presence answer. Joins and leaves that came while the answer was under way are
 * applied on top in their order, because the answer may be older or newer than each of them: the
 * last change of a client decides either way.
 */
export function fromPresence(
  clients: Readonly<Record<string, ClientInfo>>,
  changesMeanwhile: readonly RosterChange[],
): Roster {
  const roster = new Map<string, string>();
  for (const [client, info] of Object.entries(clients)) roster.set(client, info.user);
  for (const { kind, info } of changesMeanwhile) {
    if (kind === 'join') roster.set(info.client, info.user);
    else roster.delete(info.client);
  }
  return roster;
}

/** One person a user, whatever the number of connections: me first, then by name. */
export function peopleOf(roster: Roster, me: string): readonly Person[] {
  const connections = new Map<string, number>();
  for (const user of roster.values()) connections.set(user, (connections.get(user) ?? 0) + 1);
  return [...connections]
    .map(([user, count]) => ({ user, connections: count, isMe: user === me }))
    .sort((a, b) => Number(b.isMe) - Number(a.isMe) || a.user.localeCompare(b.user));
}
