/** Scanned text → one verdict; and the code an intent was reached by, kept while this tab lives. */

import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { serverNow } from '@/api/client';
import { trustedKeys, type KeysState } from '@/api/keys';
import { keys } from '@/api/queries';
import { inspectText } from '@/api/inspection';
import { SCANNED_CHARS_MAX, type Inspection } from '@/domain/inspection';
import { judge, type Verdict } from '@/domain/signedCode';
import { isId, type IntentId } from '@/domain/typeid';

const KEYS_FRESH_MS = 5 * 60_000;

const slot = (intent: IntentId) => `farthing.code.${intent}`;

export const rememberCode = (intent: IntentId, payload: string): void =>
  sessionStorage.setItem(slot(intent), payload);
export const codeFor = (intent: IntentId): string | undefined =>
  sessionStorage.getItem(slot(intent)) ?? undefined;

export function useJudge(): (text: string) => Promise<Found> {
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

/** What was scanned: judged here, or by the server where this browser cannot say what it is. */
export type Found = Verdict | Inspected;
export interface Inspected {
  readonly kind: 'inspected';
  readonly text: string;
  readonly inspection: Inspection;
}

/** Judges offline with the kept keys; the server is asked about what is no signed code, or cannot be checked here. */
export async function judgeBy(known: KeysState | undefined, text: string): Promise<Found> {
  const set = known?.kind === 'trusted' ? known.kept.keys.set : undefined;
  const inTime = set && serverNow() < Date.parse(set.expires_at) ? set.keys : undefined;
  const verdict = await judge(text, inTime, serverNow());
  switch (verdict.kind) {
    case 'unsigned':
    case 'not_payment':
      return ask(text, verdict);
    case 'unchecked':
    case 'sticker': {
      // INVARIANT: a key set that fails its check, or whose check failed, is never papered over by asking the same server.
      const failed = known === undefined || (known.kind === 'untrusted' && known.why !== 'unsupported');
      return failed ? verdict : ask(text, verdict);
    }
    default:
      return verdict;
  }
}

/** The server's answer in this page's words, where it has stronger ones; `local` when no answer came. */
async function ask(text: string, local: Verdict): Promise<Found> {
  // More than any code holds, and more than the server reads.
  if (text.length > SCANNED_CHARS_MAX) return { kind: 'not_payment' };
  let inspection: Inspection;
  try {
    inspection = await inspectText(text);
  } catch {
    return local;
  }
  if (local.kind === 'unchecked' && inspection.verdict === 'trusted') {
    const { code, payload } = local;
    return { kind: 'trusted', code, payload };
  }
  switch (inspection.network === 'farthing' ? inspection.reasons[0] : undefined) {
    case 'code.expired':
      return { kind: 'expired', expiredAt: local.kind === 'unchecked' ? local.code.expiresAt : undefined };
    case 'code.unknown_key':
      return { kind: 'unknown_key' };
    case 'code.altered':
      return { kind: 'altered' };
    default:
      return { kind: 'inspected', text, inspection };
  }
}

/** The intent of a genuine checkout link; its terms are then read from the provider and shown like any others. */
export function intentOfLink(found: Found): IntentId | undefined {
  if (found.kind !== 'inspected' || found.inspection.verdict !== 'trusted') return undefined;
  if (found.inspection.scheme !== 'link' || !URL.canParse(found.text)) return undefined;
  const id = new URLSearchParams(new URL(found.text).hash.slice(1)).get('i') ?? '';
  return isId('int', id) ? id : undefined;
}
