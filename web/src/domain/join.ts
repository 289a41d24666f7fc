/** A new device's wish to join a wallet, as it travels to a bound one: crates/device/src/join.rs. */

import { fromBase64Url, toBase64Url, utf8 } from './base64url';
import { canonical } from './jcs';
import { thumbprint, type Jwk } from './proof';
import { isId, type DeviceId, type PayerId } from './typeid';

/** What stands before the encoded request, so that nobody mistakes it for a payment code. */
const OPENING = 'farthing-join:';
const CHARS_MAX = 8 * 1024;
const PROOF_CHARS_MAX = 4 * 1024;
const DIGITS = 100_000_000n;

export type SessionKind = 'own' | 'shared';

export type JoinRequest = {
  readonly device: DeviceId;
  readonly device_name: string;
  /** Absent for the payer's own. */
  readonly kind?: SessionKind;
  readonly payer: PayerId;
  /** A proof by the new key, good for a minute. */
  readonly possession: string;
};

export const isJoinText = (text: string): boolean => text.trim().startsWith(OPENING);

export const joinText = (request: JoinRequest): string =>
  OPENING + toBase64Url(utf8(canonical({ ...request })));

/** `undefined` for anything that is no such request. */
export function parseJoin(text: string): JoinRequest | undefined {
  const encoded = text.trim().slice(OPENING.length);
  if (!isJoinText(text) || encoded.length > CHARS_MAX) return undefined;
  const value = readJson(encoded);
  if (typeof value !== 'object' || value === null) return undefined;
  const { device, device_name, kind, payer, possession, ...rest } = value as Readonly<
    Record<string, unknown>
  >;
  if (Object.keys(rest).length > 0) return undefined;
  if (typeof device !== 'string' || !isId('dev', device)) return undefined;
  if (typeof payer !== 'string' || !isId('pyr', payer)) return undefined;
  if (typeof device_name !== 'string' || device_name === '') return undefined;
  if (typeof possession !== 'string' || possession.length > PROOF_CHARS_MAX) return undefined;
  if (kind !== undefined && kind !== 'shared') return undefined;
  return { device, device_name, payer, possession, ...(kind && { kind }) };
}

/**
 * Eight digits of the new key's thumbprint, e.g. `4821 7730`: the same on both devices, or somebody put another key in
 * between. `undefined` when the proof names no key.
 */
export async function checkDigits({ possession }: JoinRequest): Promise<string | undefined> {
  const header = readJson(possession.split('.')[0] ?? '');
  const jwk = typeof header === 'object' && header !== null && 'jwk' in header ? header.jwk : undefined;
  if (!isJwk(jwk)) return undefined;
  const bytes = fromBase64Url(await thumbprint(jwk))?.subarray(0, 8) ?? new Uint8Array();
  const number = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) % DIGITS;
  const digits = String(number).padStart(8, '0');
  return `${digits.slice(0, 4)} ${digits.slice(4)}`;
}

function readJson(encoded: string): unknown {
  const bytes = fromBase64Url(encoded);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isJwk(value: unknown): value is Jwk {
  const { crv, kty, x, y } = (value ?? {}) as Partial<Record<keyof Jwk, unknown>>;
  return crv === 'P-256' && kty === 'EC' && typeof x === 'string' && typeof y === 'string';
}

/** The address that leads a new device to a wallet. The number stands in the fragment, which no server sees. */
export const joinAddress = (origin: string, payer: PayerId): string => `${origin}/join#wallet=${payer}`;

/** The wallet's number in such an address, or in what somebody typed. */
export function payerIn(text: string): PayerId | undefined {
  const found = /pyr_[0-9a-z]{26}/.exec(text)?.[0] ?? '';
  return isId('pyr', found) ? found : undefined;
}
