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
  ['EUR', 9_007_199_254_740_991, 'en', '€90,071,992,547,409.91'],
])('%s %d in %s', (currency, minor, locale, text) => {
  expect(formatAmount({ currency, minor }, locale)).toBe(text);
});

test('exponents are ISO 4217', () => expect(['KRW', 'USD', 'BHD'].map(exponentOf)).toEqual([0, 2, 3]));
test('the number alone', () => expect(formatNumber({ currency: 'USD', minor: 7 }, 'en')).toBe('0.07'));
test('the unit and its side', () => {
  expect(unitOf('KRW', 'ko')).toEqual({ text: '원', before: false });
  expect(unitOf('KRW', 'en')).toEqual({ text: '₩', before: true });
});
test('a fraction is no amount', () =>
  expect(() => formatAmount({ currency: 'KRW', minor: 0.5 }, 'ko')).toThrow());
