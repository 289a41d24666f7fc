import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { inspectText, useCodeWords } from '@/api/inspection';
import { messageOf, useMe } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { takeSticker } from '@/api/wallet';
import { formatAmount, type Amount } from '@/domain/money';
import type { Inspection } from '@/domain/inspection';
import type { Sticker } from '@/domain/signedCode';
import { allows, isTakenFrom } from '@/domain/terms';
import { checkLine, LINE_CHARS_MAX } from '@/domain/text';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useLocale, useNames } from '@/ui/locale';
import { Blank, Fact, Facts, Notice, Slip, Stack, Status, Title } from '@/ui/parts';
import { codeFor, rememberCode, rememberEntered, useJudge } from './codes';
import { InspectedCard } from './InspectedCard';
import styles from './pay.module.css';
import { whereScanned } from './place';
import { PlaceConsent } from './PlaceConsent';
import { ReportCode } from './ReportCode';
import { VerdictCard } from './VerdictCard';

const DIGITS_MAX = 9;

/** A sticker was scanned: what the register says of it, and how much to pay by it. */
export function StickerPage({ serial }: { serial: string }) {
  const { t } = useTranslation('pay');
  const navigate = useNavigate();
  const read = useReading(serial);
  const onAgain = () => void navigate({ to: '/scan' });
  if (read.isPending) {
    return (
      <Stack>
        <Title>{t('sticker.title')}</Title>
        <p className="quiet" role="status">
          {t('sticker.reading')}
        </p>
        <Blank height={320} />
      </Stack>
    );
  }
  if (read.isError) {
    return (
      <Stack>
        <Title>{t('sticker.title')}</Title>
        <Failure message={messageOf(read.error)} onRetry={() => void read.refetch()} />
      </Stack>
    );
  }
  const reading = read.data;
  switch (reading.kind) {
    case 'inspected':
      return <InspectedCard found={reading} onAgain={onAgain} />;
    case 'sticker':
      return isRefused(reading.inspection) ? (
        <Refused payload={reading.payload} reasons={reading.inspection.reasons} onAgain={onAgain} />
      ) : (
        <Enter {...reading} onPlace={() => void read.refetch()} />
      );
    default:
      return <VerdictCard verdict={reading} onAgain={onAgain} />;
  }
}

/** The sticker, judged here, and the register's word on it. */
function useReading(serial: string) {
  const judge = useJudge();
  return useQuery({
    queryKey: ['sticker', serial],
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    queryFn: async () => {
      const found = await judge(codeFor(serial) ?? '');
      if (found.kind !== 'sticker') return found;
      const { payload, sticker } = found;
      const inspection = await inspectText(payload, await whereScanned());
      return { kind: 'sticker', payload, sticker, inspection } as const;
    },
  });
}

const isRefused = ({ verdict }: Inspection): boolean => verdict !== 'trusted' && verdict !== 'suspicious';

interface RefusedProps {
  readonly payload: string;
  readonly reasons: readonly string[];
  readonly onAgain: () => void;
}

/** Genuine paper that must not be paid: withdrawn, stopped, never registered, or hanging where another belongs. */
function Refused({ payload, reasons, onAgain }: RefusedProps) {
  const { t } = useTranslation('pay');
  const words = useCodeWords(useLocale());
  return (
    <div className={styles.verdict} data-tone="bad">
      <span className={styles.seal}>
        <Icon name="stop" size={44} />
      </span>
      <div role="alert" className={styles.answer}>
        <Title>{t('sticker.refused')}</Title>
        {reasons.map((reason) => (
          <p key={reason}>{words.reason(reason)}</p>
        ))}
      </div>
      <p>{t('sticker.refusedBody')}</p>
      <div className={styles.buttons}>
        <Button size="lg" fullWidth onClick={onAgain}>
          {t('scan.again')}
        </Button>
        <ReportCode payload={payload} />
      </div>
    </div>
  );
}

interface EnterProps {
  readonly payload: string;
  readonly sticker: Sticker;
  readonly inspection: Inspection;
  readonly onPlace: () => void;
}

function Enter({ payload, sticker, inspection, onPlace }: EnterProps) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const words = useCodeWords(locale);
  const names = useNames({ name: sticker.name, name_latin: sticker.nameLatin });
  const form = useEntry(payload, sticker);
  const doubtful = inspection.verdict !== 'trusted';
  return (
    <Stack gap={14}>
      <Title
        lead={
          <Link to="/scan" className={styles.back} aria-label={t('scan.again')}>
            <Icon name="back" />
          </Link>
        }
      >
        {t('sticker.title')}
      </Title>
      <form className={styles.preview} onSubmit={form.onSubmit} noValidate>
        <Slip>
          <header className={styles.head}>
            <div className={styles.headRow}>
              <Status tone={doubtful ? 'waiting' : 'good'}>
                {doubtful ? t('sticker.doubtful') : t('sticker.registered')}
              </Status>
            </div>
            <p className={styles.payee}>
              <strong>{names.first}</strong>
              {names.second !== undefined && <span>{names.second}</span>}
            </p>
          </header>
          <Stack gap={16}>
            <TextInput
              size="xl"
              label={t('sticker.amount')}
              description={
                form.amount
                  ? formatAmount(form.amount, locale)
                  : t('sticker.cap', { amount: formatAmount(sticker.cap, locale) })
              }
              inputMode="numeric"
              autoComplete="off"
              value={form.digits}
              error={form.fault}
              onChange={(event) => form.onDigits(event.currentTarget.value)}
            />
            <TextInput
              size="lg"
              label={t('sticker.purpose')}
              description={t('sticker.purposeHelp')}
              value={form.purpose}
              error={form.purposeFault}
              onChange={(event) => form.onPurpose(event.currentTarget.value)}
            />
          </Stack>
          <Facts>
            <Fact name={t('sticker.most')}>{formatAmount(sticker.cap, locale)}</Fact>
            <Fact name={t('sticker.serial')}>{sticker.serial}</Fact>
            <Fact name={t('sticker.counter')}>{sticker.counter}</Fact>
          </Facts>
        </Slip>
        <aside className={styles.aside}>
          <div className={styles.flags}>
            {doubtful && (
              <Notice tone="warn" title={t('sticker.doubtfulTitle')} urgent>
                {inspection.reasons.map((reason) => (
                  <p key={reason}>{words.reason(reason)}</p>
                ))}
                <p>{t('sticker.doubtfulBody', { name: names.first })}</p>
              </Notice>
            )}
            {form.failed !== undefined && (
              <Notice tone="bad" title={t('sticker.failed')} urgent>
                <p>{form.failed}</p>
              </Notice>
            )}
          </div>
          <PlaceConsent onChange={onPlace} />
          <div className={styles.approve}>
            <Button type="submit" size="xl" fullWidth loading={form.busy} disabled={!form.ready}>
              {t('sticker.go')}
            </Button>
          </div>
          <ReportCode payload={payload} />
        </aside>
      </form>
    </Stack>
  );
}

/** The amount, held against every cap this page knows, and the terms made of it, held against what was entered. */
function useEntry(payload: string, sticker: Sticker) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const identity = useIdentity();
  const navigate = useNavigate();
  const me = useMe().data;
  const [digits, setDigits] = useState('');
  const [purpose, setPurpose] = useState('');
  const [state, setState] = useState<{ busy: boolean; failed: string | undefined }>({
    busy: false,
    failed: undefined,
  });
  const amount: Amount | undefined =
    digits === '' ? undefined : { currency: sticker.cap.currency, minor: Number(digits) };
  const written = (sum: Amount) => formatAmount(sum, locale);
  const faultOf = (sum: Amount): string | undefined => {
    if (sum.minor === 0) return t('sticker.faults.zero');
    if (!allows(sticker, sum)) return t('sticker.faults.cap', { amount: written(sticker.cap) });
    if (me && sum.minor > me.payment_limit.minor)
      return t('sticker.faults.limit', { amount: written(me.payment_limit) });
    if (me && sum.minor > me.balance.available.minor)
      return t('sticker.faults.funds', { amount: written(me.balance.available) });
    return undefined;
  };
  const fault = amount && faultOf(amount);
  const line = checkLine(purpose, LINE_CHARS_MAX);
  const lineFault = line.fault === 'empty' ? undefined : line.fault;
  const ready = amount !== undefined && fault === undefined && lineFault === undefined;

  const send = async (sum: Amount) => {
    setState({ busy: true, failed: undefined });
    try {
      const body = { amount: sum, payload, ...(line.line !== '' && { purpose: line.line }) };
      const { core, intent } = await takeSticker(identity, body);
      // INVARIANT: terms for another payee, amount or payer are never shown as if they were these.
      if (!(await isTakenFrom(core, { sticker, amount: sum, payer: identity.payer }))) {
        setState({ busy: false, failed: t('preview.alteredBody') });
        return;
      }
      rememberCode(intent, payload);
      rememberEntered(intent, sum);
      await navigate({ to: '/pay/$intent', params: { intent } });
    } catch (error) {
      setState({ busy: false, failed: messageOf(error) ?? t('sticker.unknown') });
    }
  };
  return {
    ...state,
    digits,
    purpose,
    amount,
    fault,
    ready,
    purposeFault: lineFault && t(`sticker.faults.${lineFault}`),
    onDigits: (text: string) =>
      setDigits(
        text
          .replace(/\D/g, '')
          .replace(/^0+(?=\d)/, '')
          .slice(0, DIGITS_MAX),
      ),
    onPurpose: setPurpose,
    onSubmit: (event: SyntheticEvent) => {
      event.preventDefault();
      if (ready && !state.busy) void send(amount);
    },
  };
}
