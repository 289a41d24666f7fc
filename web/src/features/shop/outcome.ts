import type { PaymentStatus } from '@/domain/status';

/** What a payment means for the shop: deliver, deliver and capture, do not deliver yet, do not deliver. */
export type ShopOutcome = 'paid' | 'held' | 'waits' | 'ended';

export function outcomeOf(status: PaymentStatus | null): ShopOutcome {
  switch (status) {
    case 'authorized':
      return 'held';
    case 'held':
      return 'waits';
    case 'voided':
    case 'expired':
    case 'refused':
      return 'ended';
    case 'captured':
    case null:
      return 'paid';
  }
}
