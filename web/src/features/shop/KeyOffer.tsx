import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { isRefusal } from '@/api/errors';
import { payee as askPayee } from '@/api/merchant';
import type { PayeeView } from '@/api/types';
import { useNames } from '@/ui/locale';
import { Blank, Notice, Stack, Title } from '@/ui/parts';
import styles from './shop.module.css';

export interface KeyOfferProps {
  readonly apiKey: string;
  /** Another till is open in this tab. */
  readonly swaps: boolean;
  readonly onOpen: () => void;
  readonly onCancel: () => void;
}

/** A key that came by a link: whose till it opens, and the question whether to open it. */
export function KeyOffer({ apiKey, swaps, onOpen, onCancel }: KeyOfferProps) {
  const { t } = useTranslation('shop');
  const payee = useQuery({
    queryKey: ['payee', apiKey],
    queryFn: () => askPayee(apiKey),
    retry: false,
    gcTime: 0,
  });
  if (payee.isPending) return <Blank height={320} />;
  return (
    <div className={styles.keyForm}>
      <Stack gap={18}>
        {payee.data ? (
          <>
            <Question payee={payee.data} swaps={swaps} />
            <Button size="xl" onClick={onOpen}>
              {t('offer.open')}
            </Button>
          </>
        ) : (
          <>
            <Title>{t('key.title')}</Title>
            <Notice tone="warn" title={isRefusal(payee.error) ? t('key.refused') : t('key.unknown')} urgent />
            <Button size="xl" loading={payee.isFetching} onClick={() => void payee.refetch()}>
              {t('offer.again')}
            </Button>
          </>
        )}
        <Button size="lg" variant="default" onClick={onCancel}>
          {t('offer.cancel')}
        </Button>
      </Stack>
    </div>
  );
}

function Question({ payee, swaps }: { payee: PayeeView; swaps: boolean }) {
  const { t } = useTranslation('shop');
  const names = useNames(payee);
  return (
    <>
      <Title>{t('offer.title', { name: names.first })}</Title>
      <p className="quiet">{[names.second, payee.place].filter(Boolean).join(' · ')}</p>
      <p>{t('offer.body')}</p>
      {swaps && <Notice tone="warn" title={t('offer.swaps')} urgent />}
    </>
  );
}
