import { expect, test } from 'vitest';
import { isRise, sameScope, usedShare, usedShareOf } from '@/domain/limits';

const won = (minor: number) => ({ currency: 'KRW', minor });

test.each([
  ['120000 KRW', '1000000 KRW', 0.12],
  ['3', '5', 0.6],
  ['12.50 EUR', '25.00 EUR', 0.5],
  ['7', '5', 1],
  ['?', '5', 1],
  ['1', '0', 1],
])('%s of %s', (used, cap, share) => expect(usedShare(used, cap)).toBeCloseTo(share));
test('a limit of nought is used up', () => expect(usedShareOf(won(0), won(0))).toBe(1));
test.each([
  [undefined, won(1), false],
  [won(5), won(4), false],
  [won(5), won(5), false],
  [won(5), won(6), true],
  [won(5), undefined, true],
])('from %o to %o', (from, to, rises) => expect(isRise(from, to)).toBe(rises));
test('one limit is another’s if window, category and channel are', () => {
  expect(sameScope({ window: 'day', category: null }, { window: 'day' })).toBe(true);
  expect(sameScope({ window: 'day', channel: 'remote' }, { window: 'day' })).toBe(false);
});
