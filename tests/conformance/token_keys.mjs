// Private keys that sign tokens as an application or an identity provider does, with Node's own
// cryptography: none of the server's code decides what a good signature is.

import { createHmac, generateKeyPairSync, sign as sign_bytes } from 'node:crypto';

const DIGESTS = { 256: 'sha256', 384: 'sha384', 512: 'sha512' };

export const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
export const part = (value) => base64url(typeof value === 'string' ? value : JSON.stringify(value));

/** A signature in the form of RFC 7518; `key` is a private key, or the secret of an HMAC. */
export function signature(algorithm, key, text) {
  const digest = DIGESTS[algorithm.slice(2)];
  if (algorithm.startsWith('HS')) return createHmac(digest, key).update(text).digest();
  if (algorithm === 'EdDSA') return sign_bytes(null, Buffer.from(text), key);
  return sign_bytes(digest, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
}

/** header.payload.signature, signed with `algorithm` whatever the header says. */
export function signed_token(header, claims, algorithm, key) {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${base64url(signature(algorithm, key, text))}`;
}

/** A key pair of one kind: "rsa", "P-256", "P-384", "P-521" or "ed25519". */
export class TokenKey {
  constructor(kind, id, bits = 2048) {
    const pair = kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits })
      : kind === 'ed25519' ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: kind });
    this.id = id;
    this.private_key = pair.privateKey;
    this.public_key = pair.publicKey;
    this.algorithms = {
      rsa: ['RS256', 'RS384', 'RS512'], 'P-256': ['ES256'], 'P-384': ['ES384'],
      'P-521': ['ES512'], ed25519: ['EdDSA'],
    }[kind];
  }

  get pem() {
    return this.public_key.export({ type: 'spki', format: 'pem' });
  }

  get der() {
    return this.public_key.export({ type: 'spki', format: 'der' });
  }

  jwk(more = {}) {
    return { kid: this.id, use: 'sig', ...this.public_key.export({ format: 'jwk' }), ...more };
  }

  /** A token of this key; `header` is laid over the honest one. */
  token(claims, header = {}, algorithm = this.algorithms[0]) {
    return signed_token({ alg: algorithm, typ: 'JWT', kid: this.id, ...header }, claims, algorithm,
      this.private_key);
  }
}
