import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { messageOf, usePayments } from '@/api/queries';
import { Failure } from '@/ui/Failure';
import { Blank, Empty } from '@/ui/parts';
import styles from './activity.module.css';
import { PaymentRow } from './PaymentRow';

const COUNT = 5;

export function RecentPayments() {
  const { t } = useTranslation('activity');
  const list = usePayments({}, COUNT);
  const rows = list.data?.pages[0]?.items ?? [];
  return (
    <section aria-labelledby="recent-title" className={styles.recent}>
      <div className={styles.recentHead}>
        <h2 id="recent-title">{t('recent')}</h2>
        <Link to="/activity">{t('all')}</Link>
      </div>
      {list.isPending && <Blank height={180} />}
      {list.isError && !list.data && (
        <Failure message={messageOf(list.error)} onRetry={() => void list.refetch()} />
      )}
      {list.data && rows.length === 0 && (
        <Empty icon="list" title={t('empty')}>
          <p className="quiet">{t('emptyBody')}</p>
        </Empty>
      )}
      <ul className={styles.list}>
        {rows.map((row) => (
          <PaymentRow key={row.payment} payment={row} />
        ))}
      </ul>
    </section>
  );
}
