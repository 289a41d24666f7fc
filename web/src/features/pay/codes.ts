/** Scanned text → one verdict; and the code an intent was reached by, kept while this tab lives. */

import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { serverNow } from '@/api/client';
import { trustedKeys, type KeysState } from '@/api/keys';
import { keys } from '@/api/queries';
import { inspect } from '@/api/wallet';
import { judge, type Verdict } from '@/domain/signedCode';
import type { IntentId } from '@/domain/typeid';

const KEYS_FRESH_MS = 5 * 60_000;

const slot = (intent: IntentId) => `farthing.code.${intent}`;

export const rememberCode = (intent: IntentId, payload: string): void =>
  sessionStorage.setItem(slot(intent), payload);
export const codeFor = (intent: IntentId): string | undefined =>
  sessionStorage.getItem(slot(intent)) ?? undefined;

export function useJudge(): (text: string) => Promise<Verdict> {
  const client = useQueryClient();
  return useCallback(
    async (text) => {
      const known = await client
        .query({ queryKey: keys.trusted, queryFn: trustedKeys, staleTime: KEYS_FRESH_MS })
        .catch(() => undefined);
      return judgeBy(known, text);
    },
    [client],
  );
}

/** Judges offline with the kept keys; only where this browser cannot, asks the server. */
export async function judgeBy(known: KeysState | undefined, text: string): Promise<Verdict> {
  const set = known?.kind === 'trusted' ? known.kept.keys.set : undefined;
  const inTime = set && serverNow() < Date.parse(set.expires_at) ? set.keys : undefined;
  const verdict = await judge(text, inTime, serverNow());
  // INVARIANT: a key set that fails its check, or whose check failed, is never papered over by asking the same server.
  const failed = known === undefined || (known.kind === 'untrusted' && known.why !== 'unsupported');
  return verdict.kind !== 'unchecked' || failed ? verdict : askServer(verdict);
}

async function askServer(unchecked: Verdict & { kind: 'unchecked' }): Promise<Verdict> {
  const { code, payload } = unchecked;
  try {
    const kind = await inspect(payload);
    switch (kind) {
      case 'trusted':
        return { kind, code, payload };
      case 'expired':
        return { kind, expiredAt: code.expiresAt };
      case 'unsigned':
        return { kind, name: undefined };
      default:
        return { kind };
    }
  } catch {
    return unchecked;
  }
}
