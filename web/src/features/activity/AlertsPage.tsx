import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { messageOf, useAlerts, useReach } from '@/api/queries';
import type { AlertView } from '@/api/types';
import { sentence } from '@/api/wallet';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useLocale, useMoments } from '@/ui/locale';
import { Blank, Empty, Money, Stack, Status, Title } from '@/ui/parts';
import styles from './activity.module.css';
import { alertIcon, alertPage, useAlertText } from './alertText';
import { ByDay } from './ByDay';

export function AlertsPage({ live }: { live: boolean }) {
  const { t } = useTranslation('activity');
  const list = useAlerts();
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const end = useReach(() => void fetchNextPage(), hasNextPage && !isFetchingNextPage);
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack gap={18}>
      <div className={styles.recentHead}>
        <Title>{t('alerts.title')}</Title>
        <span role="status">
          <Status tone={live ? 'good' : 'quiet'}>{live ? t('alerts.live') : t('alerts.waiting')}</Status>
        </span>
      </div>
      {list.isPending && <Blank height={240} />}
      {list.isError && !list.data && (
        <Failure message={messageOf(list.error)} onRetry={() => void list.refetch()} />
      )}
      {list.data && rows.length === 0 && (
        <Empty icon="bell" title={t('alerts.empty')}>
          <p className="quiet">{t('alerts.emptyBody')}</p>
        </Empty>
      )}
      <div>
        <ByDay items={rows} at={(row) => row.at} render={(row) => <AlertRow key={row.event} alert={row} />} />
        {hasNextPage && (
          <div ref={end}>
            <Button
              variant="subtle"
              fullWidth
              size="md"
              loading={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              {t('more')}
            </Button>
          </div>
        )}
      </div>
    </Stack>
  );
}

function AlertRow({ alert }: { alert: AlertView }) {
  const textOf = useAlertText();
  const locale = useLocale();
  const moments = useMoments();
  const page = alertPage(alert);
  const body = (
    <>
      <span className={styles.initial} data-kind={alert.kind} aria-hidden="true">
        <Icon name={alertIcon(alert)} size={20} />
      </span>
      <span className={styles.what} data-wrap="">
        <strong>{textOf(alert)}</strong>
        {alert.reasons.map((reason) => (
          <span key={reason.code}>{sentence(reason, locale)}</span>
        ))}
        <span>{moments.time(alert.at)}</span>
      </span>
      <span className={styles.sum}>{alert.amount && <Money amount={alert.amount} />}</span>
    </>
  );
  return (
    <li>
      {alert.payment ? (
        <Link to="/payments/$payment" params={{ payment: alert.payment }} className={styles.row}>
          {body}
        </Link>
      ) : page ? (
        <Link to={page} className={styles.row}>
          {body}
        </Link>
      ) : (
        <div className={styles.row}>{body}</div>
      )}
    </li>
  );
}
