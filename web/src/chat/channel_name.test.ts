import { describe, expect, it } from 'vitest';
import { CHANNEL_NAME_BYTES_MAX, parseChannelName, splitChannelName } from './channel_name';

describe('a typed channel name', () => {
  it('is a room of the demo namespace when it is a plain word', () => {
    expect(parseChannelName(' lobby ')).toEqual({ ok: true, name: 'chat:lobby' });
  });

  it('stands as it is when it carries a namespace or a prefix of the protocol', () => {
    for (const name of ['news:today', '$private', '#ada', 'chat:lobby']) {
      expect(parseChannelName(name)).toEqual({ ok: true, name });
    }
  });

  it('is refused with the reason when no server would take it', () => {
    for (const typed of ['', '  ', 'two words', 'café', 'x'.repeat(CHANNEL_NAME_BYTES_MAX)]) {
      const why = expect.stringMatching(/\.$/);
      expect(parseChannelName(typed)).toMatchObject({ ok: false, why });
    }
  });

  it('is split at its first colon', () => {
    expect(splitChannelName('chat:a:b')).toEqual({ namespace: 'chat', room: 'a:b' });
    expect(splitChannelName('plain')).toEqual({ namespace: '', room: 'plain' });
  });
});
