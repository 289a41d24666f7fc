/** What the server makes of a scanned text, and its words for what it found. Anybody may ask. */

import { useQuery } from '@tanstack/react-query';
import type { Inspection } from '@/domain/inspection';
import type { Locale } from '@/domain/money';
import { open } from './client';
import type { FindingEntry, ReasonEntry, Scan } from './types';

export const inspectText = (payload: string, scan?: Scan): Promise<Inspection> =>
  open<Inspection>({
    method: 'POST',
    path: '/v1/qr/inspect',
    body: { payload: payload.toWellFormed(), ...(scan && { scan }) },
  });

export interface CodeWords {
  /** The sentence for a finding, or its name when the server does not know it. */
  readonly finding: (code: string) => string;
  readonly reason: (code: string) => string;
}

/** The server's own sentences, so that a code is explained in the same words everywhere. */
export function useCodeWords(language: Locale): CodeWords {
  const findings = useQuery({
    queryKey: ['code-words', 'findings'],
    queryFn: () => open<FindingEntry[]>({ path: '/v1/qr/findings' }),
    staleTime: Infinity,
  });
  const reasons = useQuery({
    queryKey: ['code-words', 'reasons'],
    queryFn: () => open<ReasonEntry[]>({ path: '/v1/reasons' }),
    staleTime: Infinity,
  });
  const say = (list: readonly { code: string; en: string; ko: string }[] | undefined) => (code: string) =>
    list?.find((entry) => entry.code === code)?.[language] ?? code;
  return { finding: say(findings.data), reason: say(reasons.data) };
}
