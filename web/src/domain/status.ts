/** What a payment has become, and what that means for the payer's money. */

export const PAYMENT_STATUSES = ['authorized', 'held', 'captured', 'voided', 'expired', 'refused'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const isPaymentStatus = (text: unknown): text is PaymentStatus =>
  PAYMENT_STATUSES.some((status) => status === text);

export type Tone = 'good' | 'waiting' | 'quiet' | 'bad';

export function toneOf(status: PaymentStatus): Tone {
  switch (status) {
    case 'captured':
      return 'good';
    case 'authorized':
    case 'held':
      return 'waiting';
    case 'voided':
    case 'expired':
      return 'quiet';
    case 'refused':
      return 'bad';
  }
}

/** Whether money left, or is set aside, because of this payment. */
export const movedMoney = (status: PaymentStatus): boolean =>
  status === 'captured' || status === 'authorized' || status === 'held';
