// What this page puts into a publication, and what it makes of one that anybody may have written.

/** The longest text this page sends, in UTF-16 units: far below the server's frame limit. */
export const TEXT_LENGTH_MAX = 4000;

/** The longest text shown of a publication that another program made. */
const SHOWN_LENGTH_MAX = 16_000;

/** A clock this far ahead of ours is not believed. */
const CLOCK_SKEW_MS_MAX = 5 * 60_000;

/** The payload of a publication. `from` serves readers that get no client info from the server. */
export interface MessageData {
  readonly text: string;
  readonly from: string;
  readonly sent_at: number;
  /** Chosen by the sender, the same at each retry, so that a reader shows the message once. */
  readonly id: string;
}

/** A publication as the client library hands it over. */
export interface Publication {
  readonly data: unknown;
  readonly info?: { readonly user: string; readonly client: string };
  readonly offset?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ReadMessage {
  readonly author: string;
  /** False when the server did not vouch for the author: an API publish, or another program. */
  readonly attested: boolean;
  readonly text: string;
  /** Milliseconds since 1970, or null when unknown. */
  readonly sentAt: number | null;
  readonly id: string | null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(data: unknown): string {
  const text =
    typeof data === 'string'
      ? data
      : isRecord(data) && typeof data.text === 'string'
        ? data.text
        : (JSON.stringify(data) ?? '');
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

function readTime(stated: unknown, now: number): number | null {
  const time = typeof stated === 'string' ? Number(stated) : stated;
  if (typeof time !== 'number' || !Number.isFinite(time) || time <= 0) return null;
  return time > now + CLOCK_SKEW_MS_MAX ? null : time;
}

/** Never fails: what is not a message of this page is shown as the JSON it is. */
export function readPublication(publication: Publication, now: number): ReadMessage {
  const { data, info, tags } = publication;
  const fields = isRecord(data) ? data : {};
  const stated = typeof fields.from === 'string' ? fields.from : '';
  return {
    author: info ? info.user : stated,
    attested: info !== undefined,
    text: readText(data),
    sentAt: readTime(tags?.time, now) ?? readTime(fields.sent_at, now),
    id: typeof fields.id === 'string' && fields.id !== '' ? fields.id : null,
  };
}
