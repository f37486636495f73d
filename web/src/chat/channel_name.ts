// Channel names as people type them. A plain word is a room of the demo namespace; a name that
// carries a namespace, or one of the protocol's prefixes, is taken as it stands.

const DEMO_NAMESPACE = 'chat';

/** The protocol's bound on a channel name, in bytes; a name is ASCII. */
export const CHANNEL_NAME_BYTES_MAX = 255;

export type ChannelName = { ok: true; name: string } | { ok: false; why: string };

export function parseChannelName(typed: string): ChannelName {
  const trimmed = typed.trim();
  if (trimmed === '') return { ok: false, why: 'Type the name of a channel.' };
  const qualified = /[:$#]/.test(trimmed) ? trimmed : `${DEMO_NAMESPACE}:${trimmed}`;
  if (!/^[\x21-\x7e]+$/.test(qualified)) {
    return { ok: false, why: 'A channel name is made of ASCII characters, without spaces.' };
  }
  if (qualified.length > CHANNEL_NAME_BYTES_MAX) {
    return { ok: false, why: `A channel name has at most ${CHANNEL_NAME_BYTES_MAX} characters.` };
  }
  return { ok: true, name: qualified };
}

/** The part that names the room, and the namespace before it ("" when there is none). */
export function splitChannelName(name: string): { namespace: string; room: string } {
  const colon = name.indexOf(':');
  if (colon < 0) return { namespace: '', room: name };
  return { namespace: name.slice(0, colon), room: name.slice(colon + 1) };
}
