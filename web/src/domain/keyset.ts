/** The published keys that sign dynamic codes, themselves signed by an offline root which the wallet pins. */

import { fromBase64Url, sha256, toBase64Url, utf8 } from './base64url';
import { verifyEd25519 } from './ed25519';
import { canonical } from './jcs';

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

/** Checks a set against the pin of an earlier one; without a pin, its root is trusted on first use. */
export async function checkKeySet(keys: KeySet, pin: Pin | undefined, now: number): Promise<KeySetCheck> {
  const refuse = (why: (KeySetCheck & { ok: false })['why']): KeySetCheck => ({ ok: false, why });
  const root = fromBase64Url(keys.root_x);
  const signature = fromBase64Url(keys.signature);
  const { set } = keys;
  if (root?.length !== 32 || signature?.length !== 64 || set.keys.length > 16) return refuse('malformed');
  const digest = toBase64Url(await sha256(root));
  if (digest !== set.root || (pin !== undefined && pin.root !== digest)) return refuse('other_root');
  const message = canonical({ ...set, keys: set.keys.map((key) => ({ ...key })) });
  const valid = await verifyEd25519(root, signature, utf8(message));
  if (valid === undefined) return refuse('unsupported');
  if (!valid) return refuse('signature');
  if (pin !== undefined && set.sequence < pin.sequence) return refuse('rolled_back');
  if (now >= Date.parse(set.expires_at)) return refuse('expired');
  return { ok: true, pin: { root: digest, sequence: set.sequence } };
}
