import { describe, expect, it } from 'vitest';
import { layOut } from './layout';
import { EMPTY_TIMELINE, withAway, withHistory } from './timeline';

const NOON = new Date(2026, 4, 17, 12).getTime();
const MINUTE = 60_000;

const said = (user: string, time: number | null, offset: number) => ({
  data: { text: `${offset}`, ...(time === null ? {} : { sent_at: time }) },
  info: { user, client: user },
  offset,
});

function rows(...publications: ReturnType<typeof said>[]): string[] {
  const shown = withHistory(
    EMPTY_TIMELINE,
    { publications, epoch: 'e', hasEarlier: false },
    NOON + 1e9,
  );
  return layOut(shown.entries).map((row) =>
    row.kind === 'message' ? `${row.startsGroup ? '+' : ' '}${row.message.text}` : row.kind,
  );
}

describe('the layout', () => {
  it('heads messages of one author close in time once', () => {
    const shown = rows(said('ada', NOON, 1), said('ada', NOON + MINUTE, 2), said('bo', NOON, 3));
    expect(shown).toEqual(['day', '+1', ' 2', '+3']);
  });

  it('heads a message after a pause again', () => {
    const shown = rows(said('ada', NOON, 1), said('ada', NOON + 6 * MINUTE, 2));
    expect(shown).toEqual(['day', '+1', '+2']);
  });

  it('draws a line for each new day', () => {
    const shown = rows(said('ada', NOON, 1), said('ada', NOON + 1440 * MINUTE, 2));
    expect(shown).toEqual(['day', '+1', 'day', '+2']);
  });

  it('keeps messages of unknown time together, apart from those whose time is known', () => {
    const shown = rows(said('ada', null, 1), said('ada', null, 2), said('ada', NOON, 3));
    expect(shown).toEqual(['+1', ' 2', 'day', '+3']);
  });

  it('heads the first message after an absence', () => {
    const page = { publications: [said('ada', NOON, 1)], epoch: 'e', hasEarlier: false };
    const before = withHistory(EMPTY_TIMELINE, page, NOON);
    const away = withAway(before, { awayMs: 1000, complete: true });
    const shown = withHistory(away, { ...page, publications: [said('ada', NOON, 2)] }, NOON);
    expect(layOut(shown.entries).map((row) => row.kind)).toEqual([
      'day',
      'message',
      'away',
      'message',
    ]);
    expect(layOut(shown.entries).at(-1)).toMatchObject({ startsGroup: true });
  });
});
