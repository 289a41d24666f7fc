/** Whether the terms on the screen are the terms that will be signed: nothing is signed that was not shown. */

import { digestOf, sha256, toBase64Url, utf8 } from './base64url';
import { canonical, type Json } from './jcs';
import type { Amount } from './money';
import type { SignedCode, Sticker } from './signedCode';
import { bytesOf, type IntentId, type PayerId } from './typeid';

interface Core {
  readonly amount: Amount;
  readonly counter?: { readonly serial: string; readonly taker?: string };
  readonly funding: readonly { readonly fee: Amount }[];
  readonly intent: IntentId;
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

/** A scanned sticker, and what the payer entered for it. */
export interface Entered {
  readonly sticker: Sticker;
  readonly amount: Amount;
  readonly payer: PayerId;
}

/**
 * Whether terms were made from this sticker, for this amount and this payer (crates/device/src/sticker.rs). With
 * [`termsFault`] for the rest.
 */
export async function isTakenFrom(core: Core, { sticker, amount, payer }: Entered): Promise<boolean> {
  const { counter } = core;
  return (
    core.payee.id === sticker.payee &&
    counter?.serial === sticker.serial &&
    counter.taker === (await takerOf(core.intent, payer)) &&
    core.amount.currency === amount.currency &&
    core.amount.minor === amount.minor &&
    allows(sticker, amount)
  );
}

/** Whether the payer may enter this amount. */
export const allows = ({ cap }: Pick<Sticker, 'cap'>, { currency, minor }: Amount): boolean =>
  currency === cap.currency && minor > 0 && minor <= cap.minor;

/** Who terms were made for, told to nobody else. */
async function takerOf(intent: IntentId, payer: PayerId): Promise<string> {
  const text = utf8('farthing taker ');
  const bytes = new Uint8Array(text.length + 32);
  bytes.set(text);
  bytes.set(bytesOf(intent), text.length);
  bytes.set(bytesOf(payer), text.length + 16);
  return toBase64Url(await sha256(bytes));
}
