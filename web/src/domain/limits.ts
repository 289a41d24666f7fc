/** A payer's limits: which one is which, and how far it is used. */

import { exponentOf, formatAmount, type Amount, type Locale } from './money';

export const WINDOWS = ['payment', 'day', 'month', 'year', 'night'] as const;
export type LimitWindow = (typeof WINDOWS)[number];
export const CHANNELS = ['qr_dynamic', 'qr_static', 'remote'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a limit counts: there is at most one for each. */
export interface Scope {
  readonly window: LimitWindow;
  readonly category?: string | null | undefined;
  readonly channel?: Channel | null | undefined;
}

export const sameScope = (a: Scope, b: Scope): boolean =>
  a.window === b.window &&
  (a.category ?? undefined) === (b.category ?? undefined) &&
  (a.channel ?? undefined) === (b.channel ?? undefined);

/** The share that is used, from 0 to 1. What cannot be read counts as used up: a bar never promises too much. */
export function usedShare(used: string, cap: string): number {
  const [part, whole] = [leading(used), leading(cap)];
  if (part === undefined || whole === undefined || whole <= 0) return 1;
  return Math.min(1, Math.max(0, part / whole));
}

export const usedShareOf = (used: Amount, limit: Amount): number =>
  limit.minor <= 0 ? 1 : Math.min(1, Math.max(0, used.minor / limit.minor));

/** The number at the start of `1000000 KRW` or `3`. */
function leading(text: string): number | undefined {
  const found = /^\d+(\.\d+)?/.exec(text)?.[0];
  return found === undefined ? undefined : Number(found);
}

/** Whether going from one limit to the other loosens: that needs one more check, and waits. */
export const isRise = (from: Amount | undefined, to: Amount | undefined): boolean =>
  from !== undefined && (to === undefined || to.minor > from.minor);

/** `1000000 KRW` as people read it, as every other amount; a number by itself grouped; anything else as it is. */
export function writtenCap(cap: string, locale: Locale): string {
  const [, whole = '', fraction = '', currency] = /^(\d+)(?:\.(\d+))?(?: ([A-Z]{3}))?$/.exec(cap) ?? [];
  if (whole === '') return cap;
  if (currency === undefined) {
    const head = new Intl.NumberFormat(locale).format(BigInt(whole));
    return fraction === '' ? head : `${head}.${fraction}`;
  }
  const exponent = exponentOf(currency);
  const minor = Number(whole + fraction.padEnd(exponent, '0'));
  if (fraction.length > exponent || !Number.isSafeInteger(minor)) return cap;
  return formatAmount({ currency, minor }, locale);
}
