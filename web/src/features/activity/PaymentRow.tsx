import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PaymentView } from '@/api/types';
import { formatAmount } from '@/domain/money';
import { movedMoney, toneOf } from '@/domain/status';
import { useLocale, useMoments, useNames } from '@/ui/locale';
import { Money, Status } from '@/ui/parts';
import styles from './activity.module.css';

export function PaymentRow({ payment }: { payment: PaymentView }) {
  const { t } = useTranslation(['activity', 'common']);
  const locale = useLocale();
  const moments = useMoments();
  const names = useNames(payment.payee);
  const moved = movedMoney(payment.status);
  return (
    <li>
      <Link to="/payments/$payment" params={{ payment: payment.payment }} className={styles.row}>
        <span className={styles.initial} aria-hidden="true">
          {Array.from(names.first)[0]}
        </span>
        <span className={styles.what} data-wrap={payment.wait ? '' : undefined}>
          <strong>{names.first}</strong>
          <span>
            {moments.time(payment.created_at)}
            {' · '}
            {payment.purpose}
          </span>
          {payment.wait && (
            <span>
              {t(payment.wait.goes_on ? 'held.goesOn' : 'held.comesBack', {
                time: moments.when(payment.wait.until),
              })}
            </span>
          )}
        </span>
        <span className={styles.sum} data-moved={moved ? '' : undefined}>
          <Money
            amount={{ ...payment.amount, minor: payment.amount.minor + payment.fee.minor }}
            {...(moved && { sign: '−' as const })}
          />
          {payment.refunded.minor > 0 && (
            <small>{t('refunded', { amount: formatAmount(payment.refunded, locale) })}</small>
          )}
          {payment.status !== 'captured' && (
            <Status tone={toneOf(payment.status)}>{t(`common:payment.${payment.status}`)}</Status>
          )}
        </span>
      </Link>
    </li>
  );
}
