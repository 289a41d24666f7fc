import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Unsettled } from '@/api/keystore';
import { refreshWallet, useUnsettled } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { formatAmount } from '@/domain/money';
import { useLocale, useMoments } from '@/ui/locale';
import { Notice } from '@/ui/parts';
import { settle } from './settle';

/** Approvals whose outcome is still open, each with the safe way to find out. */
export function UnsettledNotice() {
  const unsettled = useUnsettled();
  return unsettled.data?.map((question) => <Question key={question.payment} question={question} />);
}

function Question({ question }: { question: Unsettled }) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const moments = useMoments();
  const identity = useIdentity();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string>();
  const check = async () => {
    setBusy(true);
    const outcome = await settle(identity, question).catch(
      () => ({ kind: 'unknown', message: undefined }) as const,
    );
    await refreshWallet(client);
    setBusy(false);
    if (outcome.kind === 'unknown') setSaid(outcome.message ?? t('unknown.body'));
    else
      await navigate({
        to: '/payments/$payment',
        params: { payment: question.payment },
        search: { fresh: true },
      });
  };
  return (
    <Notice tone="warn" icon="question" title={t('unsettled.title')} urgent>
      <p>
        {t('unsettled.body', {
          amount: formatAmount(question.amount, locale),
          payee: question.payeeName,
          time: moments.time(question.since),
        })}
      </p>
      {said !== undefined && <p>{said}</p>}
      <Button size="md" loading={busy} onClick={() => void check()}>
        {t('unknown.check')}
      </Button>
    </Notice>
  );
}
