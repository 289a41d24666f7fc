import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { messageOf } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { QuoteView, Via } from '@/api/types';
import { quote as askQuote } from '@/api/wallet';
import type { Genuine } from '@/domain/signedCode';
import { formatAmount } from '@/domain/money';
import { isTakenFrom, termsFault } from '@/domain/terms';
import type { IntentId, PayerId } from '@/domain/typeid';
import { useNow } from '@/ui/clock';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useLocale, useNames } from '@/ui/locale';
import { Blank, Notice, Slip, Stack, Title } from '@/ui/parts';
import { ApprovePanel } from './ApprovePanel';
import { codeFor, enteredFor, useJudge } from './codes';
import { InspectedCard } from './InspectedCard';
import { MoneyPath } from './MoneyPath';
import styles from './pay.module.css';
import { whereScanned } from './place';
import { RefusedPage } from './RefusedPage';
import { Terms, TermsHead, type CameBy } from './Terms';
import { UnknownPage } from './UnknownPage';
import { useApproval } from './useApproval';
import { VerdictCard } from './VerdictCard';

export function PreviewPage({ intent }: { intent: IntentId }) {
  const { t } = useTranslation('pay');
  const navigate = useNavigate();
  const read = useReading(intent);
  if (read.isPending) {
    return (
      <Stack>
        <Title>{t('preview.title')}</Title>
        <p className="quiet" role="status">
          {t('preview.reading')}
        </p>
        <Blank height={420} />
      </Stack>
    );
  }
  if (read.isError) {
    return (
      <Stack>
        <Title>{t('preview.title')}</Title>
        <Failure message={messageOf(read.error)} onRetry={() => void read.refetch()} />
        <Button size="lg" variant="default" renderRoot={(props) => <Link to="/scan" {...props} />}>
          {t('preview.scanAgain')}
        </Button>
      </Stack>
    );
  }
  const reading = read.data;
  if (reading.kind === 'verdict') {
    const { verdict } = reading;
    const onAgain = () => void navigate({ to: '/scan' });
    return verdict.kind === 'inspected' ? (
      <InspectedCard found={verdict} onAgain={onAgain} />
    ) : (
      <VerdictCard verdict={verdict} onAgain={onAgain} />
    );
  }
  if (reading.kind === 'altered') {
    return (
      <Notice tone="bad" title={t('preview.altered')} urgent>
        <p>{t('preview.alteredBody')}</p>
      </Notice>
    );
  }
  return <Preview key={reading.quote.quote} {...reading} onAgain={() => void read.refetch()} />;
}

/** The terms, checked against the code they were reached by. */
function useReading(intent: IntentId) {
  const identity = useIdentity();
  const judge = useJudge();
  return useQuery({
    queryKey: ['quote', intent],
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    queryFn: async () => {
      const payload = codeFor(intent);
      const verdict = payload === undefined ? undefined : await judge(payload);
      if (verdict && verdict.kind !== 'trusted' && verdict.kind !== 'sticker')
        return { kind: 'verdict', verdict } as const;
      const via: Via = verdict ? await viaOf(verdict.payload) : { kind: 'link' };
      const quote = await askQuote(identity, intent, via);
      const holds = quote.core.intent === intent && (await isShown(quote, verdict, identity.payer));
      if (!holds) return { kind: 'altered' } as const;
      const by: CameBy = verdict ? (verdict.kind === 'sticker' ? 'sticker' : 'code') : 'link';
      return { kind: 'terms', quote, via, by, shownAt: Date.now() } as const;
    },
  });
}

async function viaOf(payload: string): Promise<Via> {
  const scan = await whereScanned();
  return { kind: 'code', payload, ...(scan && { scan }) };
}

/** Whether the terms hold together, and are those of the code they were reached by. */
async function isShown(quote: QuoteView, by: Genuine | undefined, payer: PayerId): Promise<boolean> {
  const fault = await termsFault(quote, by?.kind === 'trusted' ? by.code : undefined);
  if (fault !== undefined) return false;
  if (by?.kind !== 'sticker') return true;
  const amount = enteredFor(quote.core.intent);
  return amount !== undefined && isTakenFrom(quote.core, { sticker: by.sticker, amount, payer });
}

interface PreviewProps {
  readonly quote: QuoteView;
  readonly via: Via;
  readonly by: CameBy;
  readonly shownAt: number;
  readonly onAgain: () => void;
}

function Preview({ quote, via, by, shownAt, onAgain }: PreviewProps) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const names = useNames(quote.core.payee);
  const what = `${names.first} · ${formatAmount(quote.total, locale)}`;
  const approval = useApproval(quote, via, shownAt, what);
  const expiresAt = Date.parse(quote.core.expires_at);
  const now = useNow(serverNow, expiresAt);

  if (approval.state.kind === 'refused')
    return <RefusedPage refusal={approval.state.refusal} payment={approval.payment} onAgain={onAgain} />;
  if (approval.state.kind === 'unknown') {
    return (
      <UnknownPage
        message={approval.state.message}
        busy={approval.busy}
        onCheck={approval.send}
        payment={approval.payment}
      />
    );
  }
  return (
    <Stack gap={14}>
      <Title
        lead={
          <Link to="/" className={styles.back} aria-label={t('preview.cancel')}>
            <Icon name="back" />
          </Link>
        }
      >
        {t('preview.title')}
      </Title>
      <div className={styles.preview}>
        <Slip>
          <TermsHead quote={quote} by={by} now={now} />
          <MoneyPath quote={quote} />
          <Terms quote={quote} />
        </Slip>
        <ApprovePanel
          quote={quote}
          expired={now >= expiresAt}
          busy={approval.busy}
          onApprove={approval.send}
        />
      </div>
    </Stack>
  );
}
