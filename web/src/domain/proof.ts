/** DPoP proofs (RFC 9449): what a device signs to act, and the digest of what it approves. */

import { digestOf, toBase64Url, utf8, type Bytes } from './base64url';
import { canonical, type Json } from './jcs';

export interface Jwk {
  readonly crv: 'P-256';
  readonly kty: 'EC';
  readonly x: string;
  readonly y: string;
}

/** Signs bytes with the device key (ES256, raw r‖s). */
export type Sign = (bytes: Bytes) => Promise<Uint8Array>;

export interface ProofRequest {
  readonly method: string;
  /** Origin and path; a query or fragment is cut off. */
  readonly url: string;
  /** The exact text of the body; absent when there is none. */
  readonly body?: string | undefined;
  readonly token?: string | undefined;
  readonly nonce?: string | undefined;
  /** Unix seconds. */
  readonly iat: number;
  readonly jti: string;
}

export async function createProof(jwk: Jwk, sign: Sign, request: ProofRequest): Promise<string> {
  const { crv, kty, x, y } = jwk;
  const header = { alg: 'ES256', jwk: { crv, kty, x, y }, typ: 'dpop+jwt' };
  const claims: Json = {
    ath: request.token === undefined ? undefined : await digestOf(request.token),
    body_s256: request.body === undefined ? undefined : await digestOf(request.body),
    htm: request.method.toUpperCase(),
    htu: request.url.replace(/[?#].*$/, ''),
    iat: request.iat,
    jti: request.jti,
    nonce: request.nonce,
  };
  const signing = `${part(header)}.${part(claims)}`;
  return `${signing}.${toBase64Url(await sign(utf8(signing)))}`;
}

/** RFC 7638 thumbprint, as the server lists a device's key. */
export const thumbprint = ({ crv, kty, x, y }: Jwk): Promise<string> =>
  digestOf(canonical({ crv, kty, x, y }));

/** 128 random bits. */
export const newJti = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));

const part = (value: Json): string => toBase64Url(utf8(canonical(value)));
