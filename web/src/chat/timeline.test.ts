import { describe, expect, it } from 'vitest';
import type { Publication } from './message';
import * as timeline from './timeline';

const NOW = 1_700_000_000_000;

function said(text: string, offset?: number, extra: Record<string, unknown> = {}): Publication {
  return {
    data: { text, from: 'ada', sent_at: NOW, ...extra },
    info: { user: 'ada', client: 'c1' },
    ...(offset === undefined ? {} : { offset }),
  };
}

function texts(shown: timeline.Timeline): string[] {
  return shown.entries.map((entry) => (entry.kind === 'message' ? entry.text : `<${entry.kind}>`));
}

function live(shown: timeline.Timeline, ...publications: Publication[]): timeline.Timeline {
  return publications.reduce((t, one) => timeline.withPublication(t, one, NOW), shown);
}

const inEpoch = (epoch: string) => timeline.withEpoch(timeline.EMPTY_TIMELINE, epoch);
const page = (publications: Publication[], epoch = 'e1', hasEarlier = false) => ({
  publications,
  epoch,
  hasEarlier,
});

describe('a timeline', () => {
  it('puts history before the live messages that came while it was loading', () => {
    const shown = timeline.withHistory(
      live(inEpoch('e1'), said('three', 3)),
      page([said('one', 1), said('two', 2), said('three', 3)]),
      NOW,
    );
    expect(texts(shown)).toEqual(['one', 'two', 'three']);
  });

  it('shows an offset of an epoch once', () => {
    const shown = live(inEpoch('e1'), said('one', 1), said('one', 1), said('two', 2));
    expect(texts(shown)).toEqual(['one', 'two']);
  });

  it('orders recovered messages by offset even if one arrives late', () => {
    const shown = live(inEpoch('e1'), said('one', 1), said('three', 3), said('two', 2));
    expect(texts(shown)).toEqual(['one', 'two', 'three']);
  });

  it('keeps the same offset of another epoch apart, after the earlier epoch', () => {
    const before = live(inEpoch('e1'), said('old', 1), said('older', 2));
    const shown = timeline.withHistory(before, page([said('new', 1)], 'e2'), NOW);
    expect(texts(shown)).toEqual(['old', 'older', 'new']);
    expect(timeline.latestOffset(shown)).toBe(1);
    expect(timeline.earliestOffset(shown)).toBe(1);
  });

  it('keeps the order of arrival in a channel without history', () => {
    const shown = live(timeline.EMPTY_TIMELINE, said('b'), said('a'), said('b'));
    expect(texts(shown)).toEqual(['b', 'a', 'b']);
    expect(timeline.earliestOffset(shown)).toBeNull();
  });

  it('prepends an earlier page and says whether there is more', () => {
    const shown = timeline.withHistory(
      live(inEpoch('e1'), said('three', 3)),
      page([said('one', 1), said('two', 2)], 'e1', true),
      NOW,
    );
    expect(texts(shown)).toEqual(['one', 'two', 'three']);
    expect(shown.hasEarlier).toBe(true);
    expect(timeline.earliestOffset(shown)).toBe(1);
  });

  it('is bounded: the oldest go and can be loaded again', () => {
    let shown = inEpoch('e1');
    for (let offset = 1; offset <= timeline.ENTRIES_KEPT_MAX + 5; offset += 1) {
      shown = live(shown, said(`${offset}`, offset));
    }
    expect(shown.entries.length).toBe(timeline.ENTRIES_KEPT_MAX);
    expect(timeline.earliestOffset(shown)).toBe(6);
    expect(shown.hasEarlier).toBe(true);
  });

  it('gives a live message without a time the time of its arrival, but not one of history', () => {
    const timeless = { data: { text: 'hi' }, offset: 1 };
    expect(live(inEpoch('e1'), timeless).entries[0]).toMatchObject({ sentAt: NOW });
    const loaded = timeline.withHistory(inEpoch('e1'), page([timeless]), NOW);
    expect(loaded.entries[0]).toMatchObject({ sentAt: null });
  });
});

describe('an unsent message', () => {
  const draft = { id: 'x1', author: 'ada', text: 'hello' };
  const sending = timeline.withUnsent(inEpoch('e1'), draft, 'sending', NOW);

  it('is shown at once and keeps its key when it is delivered', () => {
    expect(texts(sending)).toEqual(['hello']);
    const shown = live(sending, said('hello', 1, { id: 'x1' }));
    expect(texts(shown)).toEqual(['hello']);
    expect(shown.entries[0]).toMatchObject({ delivery: 'delivered', key: sending.entries[0]!.key });
  });

  it('stays last while others write', () => {
    expect(texts(live(sending, said('from elsewhere', 1)))).toEqual(['from elsewhere', 'hello']);
  });

  it('is not confused with a message of somebody else that carries its id', () => {
    const forged = { ...said('boo', 1, { id: 'x1' }), info: { user: 'eve', client: 'c2' } };
    expect(texts(live(sending, forged))).toEqual(['boo', 'hello']);
  });

  it('fails with the reason, can be sent again and can be discarded', () => {
    const failure = { code: 103, message: 'permission denied' };
    const failed = timeline.withDelivery(sending, 'x1', 'failed', failure);
    expect(failed.entries[0]).toMatchObject({ delivery: 'failed', failure });
    const again = timeline.withDelivery(failed, 'x1', 'sending');
    expect(again.entries[0]).toMatchObject({ delivery: 'sending', failure: null });
    expect(timeline.withoutUnsent(failed, 'x1').entries).toEqual([]);
  });

  it('stays delivered when the answer comes after the message itself', () => {
    const delivered = live(sending, said('hello', 1, { id: 'x1' }));
    const late = timeline.withDelivery(delivered, 'x1', 'failed', { code: 11, message: 'closed' });
    expect(late.entries[0]).toMatchObject({ delivery: 'delivered', failure: null });
    expect(timeline.unsent(late)).toEqual([]);
  });

  it('is found among recovered messages after the connection broke in the middle', () => {
    const failed = timeline.withDelivery(sending, 'x1', 'failed', { code: 11, message: 'closed' });
    expect(live(failed, said('hello', 1, { id: 'x1' })).entries).toHaveLength(1);
  });

  it('is shown once when a retry was accepted a second time', () => {
    const shown = live(sending, said('hello', 1, { id: 'x1' }), said('hello', 2, { id: 'x1' }));
    expect(texts(shown)).toEqual(['hello']);
  });
});

describe('the notice of an absence', () => {
  const before = live(inEpoch('e1'), said('one', 1), said('two', 2));

  it('stands between what was seen and what was recovered, and counts it', () => {
    let shown = timeline.withAway(before, { awayMs: 3000, complete: true });
    shown = timeline.withRecovered(live(shown, said('three', 3)));
    shown = timeline.withRecovered(live(shown, said('four', 4)));
    expect(texts(shown)).toEqual(['one', 'two', '<away>', 'three', 'four']);
    expect(shown.entries[2]).toMatchObject({ recovered: 2, complete: true });
  });

  it('stays in place when history fills in what came after it', () => {
    const away = timeline.withAway(before, { awayMs: 3000, complete: false });
    const shown = timeline.withHistory(away, page([said('two', 2), said('nine', 9)]), NOW);
    expect(texts(shown)).toEqual(['one', 'two', '<away>', 'nine']);
  });

  it('stands before what a restarted server begins anew', () => {
    const away = timeline.withAway(before, { awayMs: 3000, complete: false });
    const shown = timeline.withHistory(away, page([said('first again', 1)], 'e2'), NOW);
    expect(texts(shown)).toEqual(['one', 'two', '<away>', 'first again']);
  });

  it('stands before what waits to be sent', () => {
    const draft = { id: 'x', author: 'ada', text: 'hello' };
    const waiting = timeline.withUnsent(before, draft, 'waiting', NOW);
    const shown = timeline.withAway(waiting, { awayMs: 1000, complete: true });
    expect(texts(shown)).toEqual(['one', 'two', '<away>', 'hello']);
  });

  it('is left out when nothing was shown before', () => {
    const shown = timeline.withAway(inEpoch('e1'), { awayMs: 1000, complete: false });
    expect(shown.entries).toEqual([]);
  });
});
