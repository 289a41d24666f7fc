import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, usePayments, useReach } from '@/api/queries';
import { PAYMENT_STATUSES, type PaymentStatus } from '@/domain/status';
import { Failure } from '@/ui/Failure';
import { Blank, Choice, Empty, Stack, Title } from '@/ui/parts';
import { ByDay } from './ByDay';
import { PaymentRow } from './PaymentRow';

export function ActivityPage() {
  const { t } = useTranslation(['activity', 'common']);
  const [words, setWords] = useState('');
  const [status, setStatus] = useState<PaymentStatus | 'every'>('every');
  const [q] = useDebouncedValue(words.trim(), 300);
  return (
    <Stack gap={18}>
      <Title>{t('title')}</Title>
      <TextInput
        type="search"
        size="lg"
        aria-label={t('search')}
        placeholder={t('searchHint')}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Choice
        legend={t('filter')}
        name="status"
        value={status}
        onChange={setStatus}
        options={[
          { value: 'every', label: t('every') },
          ...PAYMENT_STATUSES.map((value) => ({ value, label: t(`common:payment.${value}`) })),
        ]}
      />
      <Results q={q === '' ? undefined : q} status={status === 'every' ? undefined : status} />
    </Stack>
  );
}

function Results({ q, status }: { q: string | undefined; status: PaymentStatus | undefined }) {
  const { t } = useTranslation('activity');
  const list = usePayments({ q, status });
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const end = useReach(() => void fetchNextPage(), hasNextPage && !isFetchingNextPage);
  if (list.isPending) return <Rows />;
  if (!list.data) return <Failure message={messageOf(list.error)} onRetry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap(({ items }) => items);
  const narrowed = q !== undefined || status !== undefined;
  if (rows.length === 0) {
    return (
      <Empty icon="list" title={narrowed ? t('nothing') : t('empty')}>
        <p className="quiet">{narrowed ? t('nothingBody') : t('emptyBody')}</p>
      </Empty>
    );
  }
  return (
    <div aria-busy={list.isPlaceholderData}>
      <ByDay
        items={rows}
        at={(row) => row.created_at}
        render={(row) => <PaymentRow key={row.payment} payment={row} />}
      />
      {hasNextPage ? (
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
      ) : (
        <p className="quiet" style={{ textAlign: 'center', padding: 16 }}>
          {t('end')}
        </p>
      )}
    </div>
  );
}

const Rows = () => (
  <Stack gap={12}>
    {[1, 2, 3, 4, 5].map((row) => (
      <Blank key={row} height={60} />
    ))}
  </Stack>
);
