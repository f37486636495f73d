import { describe, expect, it } from 'vitest';
import { EMPTY_ROSTER, fromPresence, peopleOf, type RosterChange, withChange } from './roster';

const join = (client: string, user: string): RosterChange => ({
  kind: 'join',
  info: { client, user },
});
const leave = (client: string, user: string): RosterChange => ({
  kind: 'leave',
  info: { client, user },
});

describe('a roster', () => {
  it('shows a user with two tabs once', () => {
    const roster = [join('1', 'ada'), join('2', 'ada'), join('3', 'bo')].reduce(
      withChange,
      EMPTY_ROSTER,
    );
    expect(peopleOf(roster, 'bo')).toEqual([
      { user: 'bo', connections: 1, isMe: true },
      { user: 'ada', connections: 2, isMe: false },
    ]);
  });

  it('keeps a user whose other tab is still open', () => {
    const roster = [join('1', 'ada'), join('2', 'ada'), leave('1', 'ada')].reduce(
      withChange,
      EMPTY_ROSTER,
    );
    expect(peopleOf(roster, '')).toEqual([{ user: 'ada', connections: 1, isMe: false }]);
  });

  it('counts a join that is told twice once', () => {
    const roster = [join('1', 'ada'), join('1', 'ada')].reduce(withChange, EMPTY_ROSTER);
    expect(peopleOf(roster, '')[0]?.connections).toBe(1);
  });

  it('does not bring back somebody who left while presence was asked for', () => {
    const answer = { '1': { client: '1', user: 'ada' }, '2': { client: '2', user: 'bo' } };
    expect([...fromPresence(answer, [leave('2', 'bo')]).values()]).toEqual(['ada']);
  });

  it('does not lose somebody who joined while presence was asked for', () => {
    const answer = { '1': { client: '1', user: 'ada' } };
    expect([...fromPresence(answer, [join('2', 'bo')]).values()]).toEqual(['ada', 'bo']);
  });

  it('forgets who was there before the presence answer', () => {
    expect(fromPresence({}, []).size).toBe(0);
  });
});
