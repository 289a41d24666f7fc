/** The keys this wallet trusts to have signed a code: fetched, checked against the pinned root, kept for use offline. */

import { checkKeySet, type KeySet, type KeySetCheck } from '@/domain/keyset';
import { open, serverNow } from './client';
import * as store from './keystore';

export type KeysState =
  | { readonly kind: 'trusted'; readonly kept: store.TrustedKeys }
  | { readonly kind: 'untrusted'; readonly why: (KeySetCheck & { ok: false })['why'] }
  | { readonly kind: 'absent' };

/** Never goes back to an older set or another root; without the network, the kept set serves until it expires. */
export async function trustedKeys(): Promise<KeysState> {
  const kept = await store.load('trusted');
  let fresh: KeySet;
  try {
    fresh = await open<KeySet>({ path: '/.well-known/farthing-keys' });
  } catch {
    if (!kept) return { kind: 'absent' };
    const check = await checkKeySet(kept.keys, kept.pin, serverNow());
    return check.ok ? { kind: 'trusted', kept } : { kind: 'untrusted', why: check.why };
  }
  const check = await checkKeySet(fresh, kept?.pin, serverNow());
  if (!check.ok) return { kind: 'untrusted', why: check.why };
  const next = { pin: check.pin, keys: fresh, fetchedAt: new Date().toISOString() };
  await store.save('trusted', next);
  return { kind: 'trusted', kept: next };
}
