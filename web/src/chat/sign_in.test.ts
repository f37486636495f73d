import { describe, expect, it } from 'vitest';
import { requestToken, userOfToken } from './sign_in';

const answering = (status: number, body: string) => async () => new Response(body, { status });

describe('the demo sign-in', () => {
  it('sends the name and takes the token', async () => {
    let sent: RequestInit | undefined;
    const answer = await requestToken('ada', async (_url, init) => {
      sent = init;
      return new Response('{"token":"t"}');
    });
    expect(answer).toEqual({ kind: 'token', token: 't' });
    expect(sent?.body).toBe('{"user":"ada"}');
  });

  it('is not there when the server answers 404 or 403', async () => {
    for (const status of [404, 403]) {
      expect(await requestToken('ada', answering(status, 'no'))).toEqual({ kind: 'no_demo' });
    }
  });

  it('tells what the server refused', async () => {
    expect(await requestToken('ada', answering(400, '{"error":"user is empty"}'))).toEqual({
      kind: 'refused',
      status: 400,
      message: 'user is empty',
    });
  });

  it('does not take an answer without a token for a success', async () => {
    for (const body of ['', '[]', '{"token":7}', '{"token":""}']) {
      expect(await requestToken('ada', answering(200, body))).toMatchObject({ kind: 'refused' });
    }
  });

  it('tells when nobody answers', async () => {
    const answer = await requestToken('ada', () => Promise.reject(new TypeError('failed')));
    expect(answer).toEqual({ kind: 'unreachable' });
  });
});

describe('a pasted token', () => {
  const token = (claims: string) => `h.${Buffer.from(claims).toString('base64url')}.s`;

  it('names its user', () => {
    expect(userOfToken(token('{"sub":"Zoë"}'))).toBe('Zoë');
    expect(userOfToken(token('{}'))).toBe('');
  });

  it('is refused when it is no token', () => {
    for (const text of ['', 'nonsense', 'a.b.c', token('null'), token('{')]) {
      expect(userOfToken(text)).toBeNull();
    }
  });
});
