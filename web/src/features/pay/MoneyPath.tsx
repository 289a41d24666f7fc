import { useTranslation } from 'react-i18next';
import type { QuoteView } from '@/api/types';
import { useNames } from '@/ui/locale';
import { Money } from '@/ui/parts';
import styles from './pay.module.css';

/** The money's way as a drawn line: what leaves, what is kept on the way, what arrives. */
export function MoneyPath({ quote }: { quote: QuoteView }) {
  const { t } = useTranslation('pay');
  const payee = useNames(quote.core.payee);
  const { path, fee } = quote.funding;
  return (
    <section aria-labelledby="path-title">
      <h2 id="path-title">{t('preview.path')}</h2>
      <ol className={styles.path}>
        {path.map((hop, index) => (
          <li key={index} data-role={hop.role}>
            <span className={styles.node} aria-hidden="true" />
            <span>
              <strong>
                {hop.role === 'wallet'
                  ? t('preview.hop.wallet')
                  : hop.role === 'payee'
                    ? payee.first
                    : hop.name}
              </strong>
              {hop.role !== 'wallet' && <span className={styles.role}>{t(`preview.hop.${hop.role}`)}</span>}
            </span>
            <span className={styles.part}>
              {hop.role === 'wallet' && <Money amount={quote.total} sign="−" />}
              {hop.role === 'payee' && <Money amount={quote.core.amount} sign="+" />}
              {hop.role === 'provider' && fee.minor > 0 && <Money amount={fee} sign="+" />}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
