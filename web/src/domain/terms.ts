/** Whether the terms on the screen are the terms that will be signed: nothing is signed that was not shown. */

import { digestOf } from './base64url';
import { canonical, type Json } from './jcs';
import type { Amount } from './money';
import type { SignedCode } from './signedCode';

interface Core {
  readonly amount: Amount;
  readonly funding: readonly { readonly fee: Amount }[];
  readonly intent: string;
  readonly payee: { readonly id: string };
}

export interface ShownTerms {
  readonly core: Core;
  readonly funding: { readonly fee: Amount };
  readonly quote: string;
  readonly total: Amount;
}

export type TermsFault = 'digest' | 'code' | 'funding' | 'total';

/** The first way in which the terms do not hold together, if any. `code` is the verified code they came by. */
export async function termsFault(
  shown: ShownTerms,
  code: SignedCode | undefined,
): Promise<TermsFault | undefined> {
  const { core, funding, quote, total } = shown;
  const text = (value: unknown) => canonical(value as Json);
  if ((await digestOf(text(core))) !== quote) return 'digest';
  if (code && (code.quote !== quote || code.intent !== core.intent || code.payee !== core.payee.id))
    return 'code';
  if (!core.funding.some((path) => text(path) === text(funding))) return 'funding';
  const { amount } = core;
  const sameCurrency = [funding.fee, total].every(({ currency }) => currency === amount.currency);
  return sameCurrency && total.minor === amount.minor + funding.fee.minor ? undefined : 'total';
}
