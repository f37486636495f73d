// Tokens that a server must let nobody in with. Each has a sentence; all are distinct.
//
// The server under test is expected to know `keys` (TokenKey by kind), to want the audience "chat"
// and the issuer "login", and to have `secret` for HMAC.

import assert from 'node:assert/strict';
import { constants, sign as sign_bytes } from 'node:crypto';

import { base64url, part, signature, signed_token, TokenKey } from './token_keys.mjs';

export const GOOD_CLAIMS = { sub: 'ada', aud: 'chat', iss: 'login' };
const ALGORITHMS = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512',
  'EdDSA', 'PS256', 'ES256K'];

function confusions(keys) {
  const all = {};
  for (const key of Object.values(keys)) {
    for (const claimed of ALGORITHMS) {
      if (key.algorithms.includes(claimed)) continue;
      all[`${key.id} signs and says ${claimed}`] =
        key.token(GOOD_CLAIMS, { alg: claimed });
    }
  }
  return all;
}

function public_keys_as_secrets(keys) {
  const all = {};
  for (const key of Object.values(keys)) {
    const forms = { PEM: key.pem, 'PEM without a line end': key.pem.trimEnd(), DER: key.der,
      'base64 of DER': key.der.toString('base64'), JWK: JSON.stringify(key.jwk()) };
    for (const [form, secret] of Object.entries(forms)) {
      for (const algorithm of ['HS256', 'HS512']) {
        all[`${algorithm} with the public key ${key.id} as ${form}`] =
          signed_token({ alg: algorithm, kid: key.id }, GOOD_CLAIMS, algorithm, secret);
      }
    }
  }
  return all;
}

function guessed_secrets(secret) {
  const all = {};
  for (const guess of ['', ' ', 'secret', 'password', secret.slice(0, -1), `${secret} `,
    secret.toUpperCase()]) {
    all[`the secret guessed as ${JSON.stringify(guess)}`] =
      signed_token({ alg: 'HS256' }, GOOD_CLAIMS, 'HS256', guess);
  }
  return all;
}

function injections(keys) {
  const attacker = new TokenKey('rsa', keys.rsa.id);
  const all = {};
  const headers = {
    'a key of their own (jwk)': { jwk: attacker.jwk() },
    'an address of keys (jku)': { jku: 'http://127.0.0.1:1/keys' },
    'an address with user and password': { jku: 'http://a:b@127.0.0.1:1/' },
    'a file of keys': { jku: 'file:///etc/passwd' },
    'an address of a certificate (x5u)': { x5u: 'http://127.0.0.1:1/' },
    'a certificate (x5c)': { x5c: [attacker.der.toString('base64')] },
    'a thumbprint (x5t)': { x5t: 'AAAA' },
    'an empty key id': { kid: '' },
    'a key id in capitals': { kid: keys.rsa.id.toUpperCase() },
    'a key id with a space': { kid: `${keys.rsa.id} ` },
    'a key id that is a path': { kid: '../../../../dev/null' },
    'a key id that is another path': { kid: '/proc/self/environ' },
    'a key id that is a query': { kid: "x' UNION SELECT 'secret' --" },
    'a key id that is a command': { kid: '`id`' },
    'a key id that is an address': { kid: 'http://127.0.0.1:1/' },
    'a key id with a zero byte': { kid: `${keys.rsa.id}\0` },
    'a key id with a line end': { kid: `${keys.rsa.id}\r\nX: y` },
    'a key id of 4000 letters': { kid: 'k'.repeat(4000) },
    'the id of another key': { kid: keys.p256.id },
    'a key id that is a number': { kid: 1 },
    'a key id that is a list': { kid: [keys.rsa.id] },
    'a key id that is an object': { kid: {} },
  };
  for (const [what, header] of Object.entries(headers)) {
    all[`the attacker's key with ${what}`] = attacker.token(GOOD_CLAIMS, header);
  }
  for (const crit of [['b64'], ['exp'], [], 'b64', 7, true, {}]) {
    all[`crit ${JSON.stringify(crit)}`] = keys.rsa.token(GOOD_CLAIMS, { crit, b64: false });
  }
  // An HMAC over nothing, or over a file that everybody has, by way of the key id.
  for (const kid of ['/dev/null', '../../dev/null']) {
    all[`an HMAC with the empty secret and the key id ${kid}`] =
      signed_token({ alg: 'HS256', kid }, GOOD_CLAIMS, 'HS256', '');
  }
  return all;
}

function der_length(signature_bytes) {
  return Buffer.concat([Buffer.from([0x30, signature_bytes.length]), signature_bytes]);
}

function bent_signatures(keys) {
  const all = {};
  for (const key of [keys.rsa, keys.p256, keys.ed]) {
    const algorithm = key.algorithms[0];
    const text = `${part({ alg: algorithm, kid: key.id })}.${part(GOOD_CLAIMS)}`;
    const good = signature(algorithm, key.private_key, text);
    const half = good.length / 2;
    const flipped = (bit) => {
      const bent = Buffer.from(good);
      bent[bit >> 3] ^= 1 << (bit & 7);
      return bent;
    };
    const bent = {
      empty: Buffer.alloc(0),
      'of zeros': Buffer.alloc(good.length),
      'of ones': Buffer.alloc(good.length, 0xff),
      'one byte short': good.subarray(0, -1),
      'without its first byte': good.subarray(1),
      'half as long': good.subarray(0, half),
      'one byte longer': Buffer.concat([good, Buffer.alloc(1)]),
      'after a zero byte': Buffer.concat([Buffer.alloc(1), good]),
      'twice over': Buffer.concat([good, good]),
      'with its halves swapped': Buffer.concat([good.subarray(half), good.subarray(0, half)]),
      'with a first half of zeros': Buffer.concat([Buffer.alloc(half), good.subarray(half)]),
      'with a second half of zeros': Buffer.concat([good.subarray(0, half), Buffer.alloc(half)]),
      'in DER': der_length(good),
      'of another text': signature(algorithm, key.private_key, `${text}x`),
      'of the payload alone': signature(algorithm, key.private_key, text.split('.')[1]),
      'in hex': Buffer.from(good.toString('hex')),
    };
    for (const bit of [0, 3, 8 * half, 8 * good.length - 1]) {
      bent[`with bit ${bit} flipped`] = flipped(bit);
    }
    for (const [what, bytes] of Object.entries(bent)) {
      all[`a signature of ${key.id} ${what}`] = `${text}.${base64url(bytes)}`;
    }
  }
  const text = `${part({ alg: 'RS256', kid: keys.rsa.id })}.${part(GOOD_CLAIMS)}`;
  const with_padding = (options, digest = 'sha256') => {
    const key = { key: keys.rsa.private_key, ...options };
    return `${text}.${base64url(sign_bytes(digest, Buffer.from(text), key))}`;
  };
  all['RSA with PSS padding'] = with_padding({ padding: constants.RSA_PKCS1_PSS_PADDING });
  all['RSA over SHA-1'] = with_padding({}, 'sha1');
  all['RSA over MD5'] = with_padding({}, 'md5');
  all['RSA over SHA-512 called RS256'] = with_padding({}, 'sha512');
  const for_ecdsa = `${part({ alg: 'ES256', kid: keys.p256.id })}.${part(GOOD_CLAIMS)}`;
  const der = sign_bytes('sha256', Buffer.from(for_ecdsa),
    { key: keys.p256.private_key, dsaEncoding: 'der' });
  all['ECDSA in real DER'] = `${for_ecdsa}.${base64url(der)}`;
  return all;
}

function bad_claims(keys, now) {
  const payloads = {
    'another audience': { ...GOOD_CLAIMS, aud: 'news' },
    'no audience': { sub: 'ada', iss: 'login' },
    'an empty list of audiences': { ...GOOD_CLAIMS, aud: [] },
    'the audience in capitals': { ...GOOD_CLAIMS, aud: 'CHAT' },
    'an audience that only begins well': { ...GOOD_CLAIMS, aud: 'chat2' },
    'an audience that is an object': { ...GOOD_CLAIMS, aud: { chat: true } },
    'another issuer': { ...GOOD_CLAIMS, iss: 'elsewhere' },
    'no issuer': { sub: 'ada', aud: 'chat' },
    'a list of issuers': { ...GOOD_CLAIMS, iss: ['login'] },
    'an end a second ago': { ...GOOD_CLAIMS, exp: now - 1 },
    'an end years ago': { ...GOOD_CLAIMS, exp: 1 },
    'an end at zero': { ...GOOD_CLAIMS, exp: 0 },
    'an end before time': { ...GOOD_CLAIMS, exp: -1 },
    'an end as text': { ...GOOD_CLAIMS, exp: String(now + 100) },
    'an end beyond all dates': { ...GOOD_CLAIMS, exp: 1e300 },
    'an end that is a list': { ...GOOD_CLAIMS, exp: [now + 100] },
    'a beginning in an hour': { ...GOOD_CLAIMS, nbf: now + 3600 },
    'a beginning as text': { ...GOOD_CLAIMS, nbf: '0' },
    'an expired connection': { ...GOOD_CLAIMS, exp: now + 100, expire_at: now - 10 },
    'a user who is a number': { ...GOOD_CLAIMS, sub: 7 },
    'a user who is a list': { ...GOOD_CLAIMS, sub: ['ada'] },
    'a user of 300 letters': { ...GOOD_CLAIMS, sub: 'u'.repeat(300) },
    'a channel: a subscription token': { ...GOOD_CLAIMS, channel: 'news' },
    'channels as text': { ...GOOD_CLAIMS, channels: 'news' },
    'subs as a list': { ...GOOD_CLAIMS, subs: ['news'] },
    'meta as text': { ...GOOD_CLAIMS, meta: 'text' },
    'b64info that is no base64': { ...GOOD_CLAIMS, b64info: '%%%' },
    'claims in a claim': { payload: GOOD_CLAIMS },
  };
  const all = {};
  for (const [what, claims] of Object.entries(payloads)) {
    all[`signed, with ${what}`] = keys.rsa.token(claims);
  }
  const texts = {
    'a list': '["ada"]', 'a text': '"ada"', null: 'null', nothing: '',
    'half an object': '{"sub":"ada"',
    'two objects': `${JSON.stringify(GOOD_CLAIMS)}{}`,
    'the user twice': '{"sub":"ada","sub":"root","aud":"chat","iss":"login"}',
    'the audience twice': '{"sub":"ada","aud":"news","aud":"chat","iss":"login"}',
    'nesting 3000 deep': `{"info":${'['.repeat(3000)}${']'.repeat(3000)}}`,
    'bytes that are no UTF-8': Buffer.concat([Buffer.from('{"sub":"'), Buffer.from([0xff, 0xfe]),
      Buffer.from('","aud":"chat","iss":"login"}')]),
  };
  for (const [what, text] of Object.entries(texts)) {
    const signed = `${part({ alg: 'RS256', kid: keys.rsa.id })}.${base64url(text)}`;
    all[`signed, and the payload is ${what}`] =
      `${signed}.${base64url(signature('RS256', keys.rsa.private_key, signed))}`;
  }
  return all;
}

function bent_texts(keys) {
  const good = keys.rsa.token(GOOD_CLAIMS);
  const [header, payload, proof] = good.split('.');
  const all = {
    'only dots': '..', 'one part': header, 'two parts': `${header}.${payload}`,
    'five parts': `${good}.a.b`, 'no header': `.${payload}.${proof}`,
    'no payload': `${header}..${proof}`, unsigned: `${header}.${payload}.`,
    'parts in another order': `${payload}.${header}.${proof}`,
    'a Bearer prefix': `Bearer ${good}`, 'quotes around it': `"${good}"`,
    'URL escapes': good.replaceAll('.', '%2E'), 'a token in a list': `[${good}]`,
    'JSON serialisation': JSON.stringify({ protected: header, payload, signature: proof }),
    'a header in plain text': `{"alg":"RS256"}.${payload}.${proof}`,
    'a header that is no JSON': `${base64url('RS256')}.${payload}.${proof}`,
    'a header with alg twice': `${base64url('{"alg":"RS256","alg":"none"}')}.${payload}.`,
    'over the size limit': keys.rsa.token({ ...GOOD_CLAIMS, info: 'x'.repeat(20_000) }),
    'forty thousand dots': '.'.repeat(40_000),
  };
  for (let length = 1; length < good.length; length += 29) {
    all[`cut to ${length}`] = good.slice(0, length);
  }
  for (const piece of ['=', '==', ' ', '\n', '\t', '+', '/', '\0', 'é', '%3D', '.', '~']) {
    const places = { first: 0, middle: header.length, last: good.length };
    for (const [place, at] of Object.entries(places)) {
      all[`${JSON.stringify(piece)} put in ${place}`] = good.slice(0, at) + piece + good.slice(at);
    }
  }
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'null', 'RS256 ', 'rs256', 'RS256,none']) {
    all[`alg ${JSON.stringify(alg)} without a signature`] = `${part({ alg })}.${payload}.`;
    all[`alg ${JSON.stringify(alg)} with a signature`] = keys.rsa.token(GOOD_CLAIMS, { alg });
  }
  for (const alg of [null, 1, ['RS256'], {}]) {
    all[`alg ${JSON.stringify(alg)}`] = keys.rsa.token(GOOD_CLAIMS, { alg });
  }
  return all;
}

/** {sentence: token} */
export function hostile_tokens(keys, secret, now) {
  const all = { ...confusions(keys), ...public_keys_as_secrets(keys), ...guessed_secrets(secret),
    ...injections(keys), ...bent_signatures(keys), ...bad_claims(keys, now), ...bent_texts(keys) };
  assert.equal(new Set(Object.values(all)).size, Object.keys(all).length, 'all are distinct');
  return all;
}
