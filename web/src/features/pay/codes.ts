/** Scanned text → one verdict; and the code that terms were reached by, kept while this tab lives. */

import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { serverNow } from '@/api/client';
import { trustedKeys, type KeysState } from '@/api/keys';
import { keys } from '@/api/queries';
import { inspectText } from '@/api/inspection';
import { SCANNED_CHARS_MAX, type Inspection } from '@/domain/inspection';
import type { Amount } from '@/domain/money';
import { judge, type Sticker, type Verdict } from '@/domain/signedCode';
import { isId, type IntentId } from '@/domain/typeid';

const KEYS_FRESH_MS = 5 * 60_000;

/** By an intent, or by a sticker's serial until there are terms for it. */
type CodeOf = IntentId | Sticker['serial'];
const slot = (of: CodeOf) => `farthing.code.${of}`;
const enteredSlot = (intent: IntentId) => `farthing.entered.${intent}`;

export const rememberCode = (of: CodeOf, payload: string): void => sessionStorage.setItem(slot(of), payload);
export const codeFor = (of: CodeOf): string | undefined => sessionStorage.getItem(slot(of)) ?? undefined;

/** What the payer entered for a sticker: the terms must say the same. */
export const rememberEntered = (intent: IntentId, amount: Amount): void =>
  sessionStorage.setItem(enteredSlot(intent), JSON.stringify(amount));
export function enteredFor(intent: IntentId): Amount | undefined {
  const kept = sessionStorage.getItem(enteredSlot(intent));
  return kept === null ? undefined : (JSON.parse(kept) as Amount);
}

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
  const inTime = set && serverNow() < Date.parse(set.expires_at) ? set : undefined;
  const verdict = await judge(text, inTime, serverNow());
  switch (verdict.kind) {
    case 'unsigned':
    case 'not_payment':
      return ask(text, verdict);
    case 'unchecked': {
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
  if (local.kind === 'unchecked' && isGenuine(inspection)) return local.would;
  switch (inspection.network === 'farthing' ? inspection.reasons[0] : undefined) {
    case 'code.expired':
      return { kind: 'expired', expiredAt: undefined };
    case 'code.unknown_key':
      return { kind: 'unknown_key' };
    case 'code.altered':
      return { kind: 'altered' };
    case 'code.revoked':
      return { kind: 'revoked' };
    default:
      return { kind: 'inspected', text, inspection };
  }
}

/** A genuine code that may stand in the wrong place is still genuine; its own page warns. */
const isGenuine = ({ verdict, reasons }: Inspection): boolean =>
  verdict === 'trusted' || (verdict === 'suspicious' && reasons[0] === 'code.swap_suspected');

/** The intent of a genuine checkout link; its terms are then read from the provider and shown like any others. */
export function intentOfLink(found: Found): IntentId | undefined {
  if (found.kind !== 'inspected' || found.inspection.verdict !== 'trusted') return undefined;
  if (found.inspection.scheme !== 'link' || !URL.canParse(found.text)) return undefined;
  const id = new URLSearchParams(new URL(found.text).hash.slice(1)).get('i') ?? '';
  return isId('int', id) ? id : undefined;
}
