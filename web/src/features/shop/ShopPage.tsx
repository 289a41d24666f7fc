import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { payee as askPayee } from '@/api/merchant';
import { dropKey, dropOffer, followOffer, keepKey, keptKey, offeredKey } from '@/api/merchantKey';
import { isRefusal } from '@/api/errors';
import type { IntentView } from '@/api/types';
import { formatAmount, type Amount } from '@/domain/money';
import { useLocale, useNames } from '@/ui/locale';
import { Blank, Money, Stack } from '@/ui/parts';
import { AskForm } from './AskForm';
import { KeyForm } from './KeyForm';
import { KeyOffer } from './KeyOffer';
import { LiveCode } from './LiveCode';
import styles from './shop.module.css';
import { TodayList } from './TodayList';

export function ShopPage() {
  const [key, setKey] = useState(keptKey);
  const offered = useSyncExternalStore(followOffer, offeredKey);
  const leave = () => {
    dropKey();
    setKey(undefined);
  };
  const open = (next: string) => {
    keepKey(next);
    setKey(next);
  };
  if (offered !== undefined) {
    const accept = () => {
      open(offered);
      dropOffer();
    };
    return (
      <KeyOffer
        key={offered}
        apiKey={offered}
        swaps={key !== undefined}
        onOpen={accept}
        onCancel={dropOffer}
      />
    );
  }
  return key === undefined ? (
    <KeyForm onKey={open} />
  ) : (
    <Till key={key} apiKey={key} onLeave={leave} onKey={open} />
  );
}

/** How long until the balance is asked for again while something is on the way. */
const PENDING_MILLIS = 1000;

const isPending = (pending: Amount | undefined) => pending !== undefined && pending.minor > 0;

interface TillProps {
  readonly apiKey: string;
  readonly onLeave: () => void;
  readonly onKey: (key: string) => void;
}

function Till({ apiKey, onLeave, onKey }: TillProps) {
  const { t } = useTranslation('shop');
  const locale = useLocale();
  const payee = useQuery({
    queryKey: ['payee', apiKey],
    queryFn: () => askPayee(apiKey),
    retry: false,
    gcTime: 0,
    // What is on the way is counted within a second.
    refetchInterval: ({ state }) => (isPending(state.data?.balance.pending) ? PENDING_MILLIS : false),
  });
  const [intents, setIntents] = useState<readonly IntentView[]>([]);
  const [shown, setShown] = useState<string>();
  const current = intents.find(({ intent }) => intent === shown);
  const onIntent = (view: IntentView) => {
    setIntents((before) => [view, ...before.filter(({ intent }) => intent !== view.intent)]);
    if (view.status === 'taken') void payee.refetch();
  };
  const onNew = (view: IntentView) => {
    onIntent(view);
    setShown(view.intent);
  };
  const onUpdate = (view: IntentView) => {
    setIntents((before) => before.map((one) => (one.intent === view.intent ? view : one)));
    if (view.status === 'taken') void payee.refetch();
  };

  if (payee.isPending) return <Blank height={320} />;
  if (!payee.data) {
    return <KeyForm onKey={onKey} refused={isRefusal(payee.error)} onAgain={() => void payee.refetch()} />;
  }
  return (
    <Stack gap={20}>
      <header className={styles.shopHead}>
        <ShopName payee={payee.data} />
        <p className={styles.balance}>
          <span className="quiet">{t('balance')}</span>
          <strong>
            <Money amount={payee.data.balance.available} />
          </strong>
          {isPending(payee.data.balance.pending) && (
            <span className="quiet">
              {t('pending', { amount: formatAmount(payee.data.balance.pending, locale) })}
            </span>
          )}
        </p>
      </header>
      <div className={styles.till}>
        {current ? (
          <LiveCode
            key={current.intent}
            apiKey={apiKey}
            view={current}
            onUpdate={onUpdate}
            onNew={onNew}
            onDone={() => setShown(undefined)}
          />
        ) : (
          <AskForm apiKey={apiKey} currency={payee.data.balance.available.currency} onIntent={onNew} />
        )}
        <TodayList intents={intents} onShow={setShown} />
      </div>
      <Button variant="subtle" size="md" onClick={onLeave} classNames={{ root: styles.leave }}>
        {t('key.leave')}
      </Button>
    </Stack>
  );
}

function ShopName({ payee }: { payee: { name: string; name_latin: string; place: string } }) {
  const names = useNames(payee);
  return (
    <div>
      <h1>{names.first}</h1>
      <p className="quiet">{payee.place}</p>
    </div>
  );
}
