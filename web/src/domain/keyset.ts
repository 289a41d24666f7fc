/** The published keys that sign dynamic codes, themselves signed by an offline root which the wallet pins. */

import { fromBase64Url, sha256, toBase64Url, utf8 } from './base64url';
import { verifyEd25519 } from './ed25519';
import { canonical, type Json } from './jcs';

export interface PublishedKey {
  readonly kid: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly x: string;
}

export interface KeySet {
  readonly root_x: string;
  readonly set: {
    readonly expires_at: string;
    readonly issued_at: string;
    readonly keys: readonly PublishedKey[];
    /** Short names of keys that are good for nothing any more; serials of stickers likewise. Absent in older sets. */
    readonly revoked_keys?: readonly string[];
    readonly revoked_serials?: readonly string[];
    readonly root: string;
    readonly sequence: number;
  };
  readonly signature: string;
}

/** What a wallet remembers of the sets it has trusted. */
export interface Pin {
  readonly root: string;
  readonly sequence: number;
}

export type KeySetCheck =
  | { readonly ok: true; readonly pin: Pin }
  | {
      readonly ok: false;
      readonly why: 'malformed' | 'other_root' | 'signature' | 'rolled_back' | 'expired' | 'unsupported';
    };

/** Checks whatever the server published against the pin of an earlier one; without a pin, its root is trusted on first use. */
export async function checkKeySet(keys: unknown, pin: Pin | undefined, now: number): Promise<KeySetCheck> {
  const refuse = (why: (KeySetCheck & { ok: false })['why']): KeySetCheck => ({ ok: false, why });
  if (!isKeySet(keys)) return refuse('malformed');
  const root = fromBase64Url(keys.root_x);
  const signature = fromBase64Url(keys.signature);
  const { set } = keys;
  if (root?.length !== 32 || signature?.length !== 64 || set.keys.length > 16) return refuse('malformed');
  const digest = toBase64Url(await sha256(root));
  if (digest !== set.root || (pin !== undefined && pin.root !== digest)) return refuse('other_root');
  const message = canonical(set as unknown as Json);
  const valid = await verifyEd25519(root, signature, utf8(message));
  if (valid === undefined) return refuse('unsupported');
  if (!valid) return refuse('signature');
  if (pin !== undefined && set.sequence < pin.sequence) return refuse('rolled_back');
  if (now >= Date.parse(set.expires_at)) return refuse('expired');
  return { ok: true, pin: { root: digest, sequence: set.sequence } };
}

/** INVARIANT: what is not a key set is malformed; nothing that a server sends makes the check itself fail. */
function isKeySet(value: unknown): value is KeySet {
  if (!isObject(value) || !isObject(value.set)) return false;
  const { keys, sequence, expires_at, issued_at, root, revoked_keys = [], revoked_serials = [] } = value.set;
  const isKey = (key: unknown) =>
    isObject(key) && areTexts(key.kid, key.x) && areInstants(key.not_before, key.not_after);
  return (
    areTexts(value.root_x, value.signature, root) &&
    areInstants(expires_at, issued_at) &&
    Number.isSafeInteger(sequence) &&
    Array.isArray(keys) &&
    keys.every(isKey) &&
    Array.isArray(revoked_keys) &&
    Array.isArray(revoked_serials) &&
    areTexts(...(revoked_keys as unknown[]), ...(revoked_serials as unknown[]))
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const areTexts = (...values: unknown[]): boolean =>
  values.every((value) => typeof value === 'string' && value.isWellFormed());
const areInstants = (...values: unknown[]): boolean =>
  values.every((value) => typeof value === 'string' && Number.isFinite(Date.parse(value)));
