/** Money: integer minor units and an ISO 4217 currency. No fraction is ever computed, only written. */

import { NUMBERS } from './currencies';

export type Amount = {
  readonly currency: string;
  readonly minor: number;
};

export type Locale = 'ko' | 'en';

/** ISO 4217, the currencies whose minor unit is not a hundredth. */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...exponents(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...exponents(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...exponents(4, 'CLF UYW'),
]);

/**
 * How many decimals the minor unit of a currency has.
 *
 * WHY: not from `Intl`, whose data says how people write prices: no decimals for IQD, LAK or MMK, where ISO 4217 has
 * some. An amount would be shown a hundred or a thousand times too large.
 */
export const exponentOf = (currency: string): number => EXPONENTS.get(currency) ?? 2;

/** The currency of an ISO 4217 number, which is how a payment code names it. */
export const currencyOf = (number: string): string | undefined => NUMBERS.get(number);

/** `4500` or `12.34`, with exactly the decimals of its currency; anything else is no amount (EMVCo ID 54). */
export function readAmount(text: string, currency: string): Amount | undefined {
  const exponent = exponentOf(currency);
  const shape = exponent === 0 ? /^[1-9]\d*$/ : new RegExp(`^(0|[1-9]\\d*)\\.\\d{${exponent}}$`);
  const minor = shape.test(text) ? Number(text.replace('.', '')) : Number.NaN;
  return Number.isSafeInteger(minor) ? { currency, minor } : undefined;
}

/**
 * The amount as people write it: `4,500원` and `₩4,500`, `€12.05`, `BHD 1.250`.
 *
 * The decimal point is set as text, so no amount passes through binary fractions.
 */
export function formatAmount(amount: Amount, locale: Locale): string {
  const { sign, digits } = decimal(amount);
  if (amount.currency === 'KRW' && locale === 'ko') return `${sign}${grouped(digits, locale)}원`;
  const text = shapeOf(amount.currency, locale)
    .formatToParts(0)
    .flatMap(({ type, value }) => {
      if (type === 'decimal' || type === 'fraction') return [];
      return [type === 'integer' ? grouped(digits, locale) : value];
    })
    .join('');
  return sign + text;
}

/** Only the number, for a keypad or a sum whose unit stands beside it. */
export function formatNumber(amount: Amount, locale: Locale): string {
  const { sign, digits } = decimal(amount);
  return sign + grouped(digits, locale);
}

/** The currency's sign or word, and on which side of the number it stands. */
export function unitOf(currency: string, locale: Locale): { text: string; before: boolean } {
  if (currency === 'KRW' && locale === 'ko') return { text: '원', before: false };
  const parts = shapeOf(currency, locale).formatToParts(0);
  const at = parts.findIndex(({ type }) => type === 'currency');
  const number = parts.findIndex(({ type }) => type === 'integer');
  return { text: parts[at]?.value ?? currency, before: at < number };
}

export const negated = (amount: Amount): Amount => ({
  ...amount,
  minor: amount.minor === 0 ? 0 : -amount.minor,
});

function exponents(exponent: number, currencies: string): [string, number][] {
  return currencies.split(' ').map((currency) => [currency, exponent]);
}

function shapeOf(currency: string, locale: Locale): Intl.NumberFormat {
  const digits = exponentOf(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function decimal({ currency, minor }: Amount): { sign: string; digits: string } {
  if (!Number.isSafeInteger(minor)) throw new RangeError('amount is not a safe integer');
  const exponent = exponentOf(currency);
  const text = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const digits = exponent === 0 ? text : `${text.slice(0, -exponent)}.${text.slice(-exponent)}`;
  return { sign: minor < 0 ? '−' : '', digits };
}

function grouped(digits: string, locale: Locale): string {
  const [whole = '0', fraction] = digits.split('.');
  const head = new Intl.NumberFormat(locale).format(BigInt(whole));
  return fraction === undefined ? head : `${head}.${fraction}`;
}
