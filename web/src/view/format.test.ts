import { describe, expect, it } from 'vitest';
import { duration, HUES, hueOf, initials } from './format';

describe('words for people', () => {
  it('rounds a duration to one unit', () => {
    expect([200, 1000, 59_000, 61_000, 3_600_000, 7_300_000].map(duration)).toEqual([
      '1 s',
      '1 s',
      '59 s',
      '1 min',
      '1 h',
      '2 h',
    ]);
  });

  it('takes initials from any name', () => {
    expect(['ada', 'Ada Lovelace', 'j.r.r.tolkien', '', '🦊 fox', '---'].map(initials)).toEqual([
      'A',
      'AL',
      'JT',
      'A',
      '🦊F',
      '?',
    ]);
  });

  it('gives every user a hue there is, always the same', () => {
    const names = Array.from({ length: 500 }, (_, index) => `user ${index}`);
    const hues = new Set(names.map(hueOf));
    expect([...hues].sort((a, b) => a - b)).toEqual(Array.from({ length: HUES }, (_, hue) => hue));
    expect(hueOf('ada')).toBe(hueOf('ada'));
  });
});
