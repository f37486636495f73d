// Tokens for the page: from the server's demo endpoint, or pasted by hand.

export const TOKEN_ENDPOINT = '/dev/token';
export const USER_LENGTH_MAX = 40;

export type TokenAnswer =
  | { readonly kind: 'token'; readonly token: string }
  /** The endpoint is only offered on loopback; elsewhere the application issues tokens. */
  | { readonly kind: 'no_demo' }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'unreachable' };

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export async function requestToken(user: string, fetchToken: Fetch = fetch): Promise<TokenAnswer> {
  let response: Response;
  try {
    response = await fetchToken(TOKEN_ENDPOINT, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user }),
    });
  } catch {
    return { kind: 'unreachable' };
  }
  if (response.status === 404 || response.status === 403) return { kind: 'no_demo' };
  const body: unknown = await response.json().catch(() => null);
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  if (response.ok && typeof fields.token === 'string' && fields.token !== '') {
    return { kind: 'token', token: fields.token };
  }
  const message =
    typeof fields.message === 'string'
      ? fields.message
      : typeof fields.error === 'string'
        ? fields.error
        : 'no token in the answer';
  return { kind: 'refused', status: response.status, message };
}

/** The `sub` a token claims, for display: the server is the one that checks it. */
export function userOfToken(token: string): string | null {
  const payload = token.trim().split('.')[1];
  if (payload === undefined) return null;
  try {
    const base64 = payload.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims !== 'object' || claims === null) return null;
    const { sub } = claims as { sub?: unknown };
    return typeof sub === 'string' ? sub : '';
  } catch {
    return null;
  }
}
