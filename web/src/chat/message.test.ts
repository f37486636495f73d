import { describe, expect, it } from 'vitest';
import { readPublication } from './message';

const NOW = 1_700_000_000_000;
const ada = { user: 'ada', client: 'c1' };

describe('a publication', () => {
  it('is believed about its author only as far as the server vouches', () => {
    const data = { text: 'hi', from: 'root' };
    expect(readPublication({ data, info: ada }, NOW)).toMatchObject({
      author: 'ada',
      attested: true,
    });
    expect(readPublication({ data }, NOW)).toMatchObject({ author: 'root', attested: false });
  });

  it('is shown as the JSON it is when another program made it', () => {
    expect(readPublication({ data: { n: 1 } }, NOW).text).toBe('{"n":1}');
    expect(readPublication({ data: 'plain' }, NOW).text).toBe('plain');
    expect(readPublication({ data: null }, NOW).text).toBe('null');
    expect(readPublication({ data: { text: 5 } }, NOW).text).toBe('{"text":5}');
    expect(readPublication({ data: undefined }, NOW).text).toBe('');
  });

  it('is cut when it is longer than a page can show', () => {
    const { text } = readPublication({ data: 'x'.repeat(100_000) }, NOW);
    expect(text.length).toBeLessThan(20_000);
    expect(text.endsWith('…')).toBe(true);
  });

  it('takes its time from the tags before the data', () => {
    const data = { text: 'hi', sent_at: NOW - 5000 };
    expect(readPublication({ data, tags: { time: `${NOW - 9000}` } }, NOW).sentAt).toBe(NOW - 9000);
    expect(readPublication({ data }, NOW).sentAt).toBe(NOW - 5000);
  });

  it('has no time when the one it states cannot be', () => {
    for (const sent_at of [NOW + 86_400_000, -1, Number.NaN, 'soon', null, {}]) {
      expect(readPublication({ data: { text: 'hi', sent_at } }, NOW).sentAt).toBeNull();
    }
  });
});
