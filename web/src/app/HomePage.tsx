import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, useAction, useMe } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { PayerView } from '@/api/types';
import { testFunds } from '@/api/wallet';
import { formatAmount, type Amount } from '@/domain/money';
import { RecentPayments } from '@/features/activity/RecentPayments';
import { UnsettledNotice } from '@/features/pay/UnsettledNotice';
import { FreezeLine } from '@/features/security/FreezeLine';
import { WaitingNotice } from '@/features/security/WaitingNotice';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useLocale } from '@/ui/locale';
import { Blank, Money, Notice, Stack } from '@/ui/parts';
import styles from './app.module.css';

const TEST_MINOR = 50_000;

export function HomePage() {
  const me = useMe();
  return (
    <div className={styles.home}>
      <Stack gap={14}>
        <UnsettledNotice />
        <WaitingNotice />
        {me.isPending && <Blank height={270} />}
        {me.isError && !me.data && (
          <Failure message={messageOf(me.error)} onRetry={() => void me.refetch()} />
        )}
        {me.data && (
          <>
            <Balance me={me.data} />
            <FreezeLine me={me.data} />
            {me.data.test_mode && <TestMoney currency={me.data.currency} />}
          </>
        )}
      </Stack>
      <RecentPayments />
    </div>
  );
}

function Balance({ me }: { me: PayerView }) {
  const { t } = useTranslation('app');
  const locale = useLocale();
  const { available, held } = me.balance;
  return (
    <section className={styles.balance} aria-labelledby="balance-title">
      <Coin />
      <h1>{t('home.hello', { name: me.name })}</h1>
      <p id="balance-title" className={styles.label}>
        {t('home.available')}
      </p>
      <Money amount={available} size="hero" />
      {held.minor > 0 && (
        <p className={styles.label}>{t('home.held', { amount: formatAmount(held, locale) })}</p>
      )}
      {me.frozen && <p className={styles.label}>{t('home.frozenScan')}</p>}
      <Link to="/scan" className={styles.scan}>
        <Icon name="scan" size={28} />
        {t('home.scan')}
      </Link>
    </section>
  );
}

/** The coin with one quarter struck, large and half out of sight. */
const Coin = () => (
  <svg className={styles.coin} viewBox="0 0 200 200" aria-hidden="true">
    <circle cx="100" cy="100" r="92" fill="none" stroke="currentColor" strokeWidth="2" />
    <circle
      cx="100"
      cy="100"
      r="78"
      fill="none"
      stroke="currentColor"
      strokeWidth="1"
      strokeDasharray="1 7"
      strokeLinecap="round"
    />
    <path d="M100 100V36A64 64 0 0 1 164 100Z" fill="currentColor" />
    <circle cx="100" cy="100" r="64" fill="none" stroke="currentColor" strokeWidth="2" />
  </svg>
);

function TestMoney({ currency }: { currency: string }) {
  const { t } = useTranslation('app');
  const locale = useLocale();
  const identity = useIdentity();
  const amount: Amount = { currency, minor: TEST_MINOR };
  const [done, setDone] = useState(false);
  const fund = useAction(
    useCallback(() => testFunds(identity, { currency, minor: TEST_MINOR }), [identity, currency]),
  );
  return (
    <div className={styles.test}>
      <div>
        <Button
          variant="default"
          size="md"
          loading={fund.busy}
          leftSection={<Icon name="plus" size={20} />}
          onClick={() => void fund.run().then(setDone)}
        >
          {t('home.test')}
        </Button>
        <span className="quiet" role="status">
          {done ? t('home.testDone', { amount: formatAmount(amount, locale) }) : t('home.testHint')}
        </span>
      </div>
      {fund.error !== undefined && (
        <Notice tone="warn" title={t('home.testFailed')} urgent>
          <p>{messageOf(fund.error) ?? t('home.testUnknown')}</p>
        </Notice>
      )}
    </div>
  );
}
