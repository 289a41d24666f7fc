import { expect, test } from 'vitest';
import { PAYMENT_STATUSES } from '@/domain/status';
import { outcomeOf } from '@/features/shop/outcome';

test('a shop is told to deliver only what was paid, and not yet what is held', () => {
  expect(PAYMENT_STATUSES.map((status) => [status, outcomeOf(status)])).toEqual([
    ['authorized', 'held'],
    ['held', 'waits'],
    ['captured', 'paid'],
    ['voided', 'ended'],
    ['expired', 'ended'],
    ['refused', 'ended'],
  ]);
});
