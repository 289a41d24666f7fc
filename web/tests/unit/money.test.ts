import { expect, test } from 'vitest';
import { exponentOf, formatAmount, formatNumber, unitOf, type Locale } from '@/domain/money';

test.each<[string, number, Locale, string]>([
  ['KRW', 4500, 'ko', '4,500원'],
  ['KRW', 4500, 'en', '₩4,500'],
  ['KRW', 0, 'ko', '0원'],
  ['KRW', -1200, 'ko', '−1,200원'],
  ['USD', 5, 'en', '$0.05'],
  ['USD', 123456, 'en', '$1,234.56'],
  ['BHD', 1250, 'en', 'BHD\u00a01.250'],
  ['IQD', 1250, 'en', 'IQD\u00a01.250'],
  ['LAK', 450000, 'en', 'LAK\u00a04,500.00'],
  ['MMK', 5, 'en', 'MMK\u00a00.05'],
  ['AFN', 100, 'ko', 'AFN\u00a01.00'],
  ['ALL', 123456, 'en', 'ALL\u00a01,234.56'],
  ['CLF', 12345, 'en', 'CLF\u00a01.2345'],
  ['EUR', 9_007_199_254_740_991, 'en', '€90,071,992,547,409.91'],
])('%s %d in %s', (currency, minor, locale, text) => {
  expect(formatAmount({ currency, minor }, locale)).toBe(text);
});

test.each([
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [2, 'USD EUR LAK MMK AFN ALL IRR YER'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
])('exponent %d is ISO 4217', (exponent, currencies) => {
  for (const currency of currencies.split(' '))
    expect([currency, exponentOf(currency)]).toEqual([currency, exponent]);
});
test('the number alone', () => expect(formatNumber({ currency: 'USD', minor: 7 }, 'en')).toBe('0.07'));
test('the unit and its side', () => {
  expect(unitOf('KRW', 'ko')).toEqual({ text: '원', before: false });
  expect(unitOf('KRW', 'en')).toEqual({ text: '₩', before: true });
});
test('a fraction is no amount', () =>
  expect(() => formatAmount({ currency: 'KRW', minor: 0.5 }, 'ko')).toThrow());
