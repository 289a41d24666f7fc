/** Where something was scanned: coarse, and only when the payer agreed to say so. Without an answer nothing is said. */

import { useSyncExternalStore } from 'react';
import type { Scan } from '@/api/types';
import { cellOf } from '@/domain/geohash';

const SLOT = 'farthing.say-place';
const WAIT_MS = 5_000;
const OLD_MS = 60_000;

const listeners = new Set<() => void>();

// WHY session storage: on a machine that others use nothing may outlive the tab, and asking anew is no burden.
const agreed = (): boolean => sessionStorage.getItem(SLOT) === 'yes';

export const canSayPlace = (): boolean => 'geolocation' in navigator;

export function agreeToSayPlace(yes: boolean): void {
  if (yes) sessionStorage.setItem(SLOT, 'yes');
  else sessionStorage.removeItem(SLOT);
  for (const listener of listeners) listener();
}

export const useSaysPlace = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, agreed);

export async function whereScanned(): Promise<Scan | undefined> {
  if (!agreed() || !canSayPlace()) return undefined;
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ cell: cellOf(coords) }),
      () => resolve(undefined),
      { timeout: WAIT_MS, maximumAge: OLD_MS },
    );
  });
}
