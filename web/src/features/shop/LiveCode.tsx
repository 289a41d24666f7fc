import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { createIntent, followIntent } from '@/api/merchant';
import { messageOf } from '@/api/queries';
import type { IntentBody, IntentView } from '@/api/types';
import { formatAmount } from '@/domain/money';
import { clockText, useNow } from '@/ui/clock';
import { Icon } from '@/ui/icons';
import { useLocale, useMoments } from '@/ui/locale';
import { Countdown, Fact, Facts, Money, Notice, Status } from '@/ui/parts';
import { QrCode } from '@/ui/QrCode';
import { LIFE_SECONDS } from './AskForm';
import { outcomeOf } from './outcome';
import styles from './shop.module.css';

const LATE_SECONDS = 20;

export interface LiveCodeProps {
  readonly apiKey: string;
  readonly view: IntentView;
  readonly onUpdate: (view: IntentView) => void;
  readonly onNew: (view: IntentView) => void;
  readonly onDone: () => void;
}

/** The code a customer scans, until it is paid or its time is over. */
export function LiveCode({ apiKey, view, onUpdate, onNew, onDone }: LiveCodeProps) {
  const live = useFollowing(apiKey, view, onUpdate);
  const expiresAt = Date.parse(view.core.expires_at);
  const now = useNow(serverNow, expiresAt);
  return (
    <section className={styles.live} aria-live="polite">
      {view.status === 'taken' ? (
        <Paid view={view} onDone={onDone} />
      ) : view.status === 'expired' || now >= expiresAt ? (
        <Expired apiKey={apiKey} view={view} onNew={onNew} onDone={onDone} />
      ) : (
        <Waiting view={view} now={now} live={live} onDone={onDone} />
      )}
    </section>
  );
}

function useFollowing(apiKey: string, view: IntentView, onUpdate: (view: IntentView) => void): boolean {
  const [live, setLive] = useState(false);
  const update = useRef(onUpdate);
  useEffect(() => {
    update.current = onUpdate;
  });
  const { intent, status } = view;
  // What a rule holds is not paid yet: the shop hears what becomes of it.
  const open = status === 'open' || view.payment_status === 'held';
  useEffect(() => {
    // Followed past its expiry too: a payment made in the last second may arrive after it.
    if (!open) return undefined;
    return followIntent(apiKey, intent, (next) => update.current(next), setLive);
  }, [apiKey, intent, open]);
  return live;
}

function Waiting({
  view,
  now,
  live,
  onDone,
}: {
  view: IntentView;
  now: number;
  live: boolean;
  onDone: () => void;
}) {
  const { t } = useTranslation('shop');
  const locale = useLocale();
  const { core } = view;
  const [created, expires] = [Date.parse(core.created_at), Date.parse(core.expires_at)];
  const left = Math.ceil((expires - now) / 1000);
  return (
    <>
      <div className={styles.qrBox}>
        <Rim share={(expires - now) / (expires - created)} late={left <= LATE_SECONDS} />
        <QrCode text={view.code} label={t('code.label', { amount: formatAmount(core.amount, locale) })} />
      </div>
      <div className={styles.side}>
        <h2>{t('code.waiting')}</h2>
        <Money amount={core.amount} size="hero" />
        <p className="quiet">{core.purpose}</p>
        <Countdown
          share={(expires - now) / (expires - created)}
          late={left <= LATE_SECONDS}
          label={t('code.timeLeft')}
        >
          {t('code.left', { clock: clockText(left) })}
        </Countdown>
        <span>
          <Status tone={live ? 'good' : 'quiet'}>{live ? t('code.live') : t('code.connecting')}</Status>
        </span>
        <Button variant="default" size="lg" onClick={onDone}>
          {t('code.cancel')}
        </Button>
      </div>
    </>
  );
}

/** The time that is left, as a rim around the code that wears away; the words beside it say the same. */
const Rim = ({ share, late }: { share: number; late: boolean }) => (
  <svg className={styles.rim} data-late={late ? '' : undefined} viewBox="0 0 100 100" aria-hidden="true">
    <path
      d="M50 .6H94.6A4.8 4.8 0 0 1 99.4 5.4V94.6A4.8 4.8 0 0 1 94.6 99.4H5.4A4.8 4.8 0 0 1 .6 94.6V5.4A4.8 4.8 0 0 1 5.4 .6Z"
      pathLength={1}
      strokeDasharray={1}
      strokeDashoffset={-(1 - Math.min(1, Math.max(0, share)))}
    />
  </svg>
);

const MARKS = {
  paid: { icon: 'check', tone: undefined },
  held: { icon: 'check', tone: undefined },
  waits: { icon: 'clock', tone: 'warn' },
  ended: { icon: 'stop', tone: 'bad' },
} as const;

function Paid({ view, onDone }: { view: IntentView; onDone: () => void }) {
  const { t } = useTranslation('shop');
  const moments = useMoments();
  const [at] = useState(() => new Date(serverNow()).toISOString());
  const outcome = outcomeOf(view.payment_status);
  const { icon, tone } = MARKS[outcome];
  return (
    <div className={styles.paid} role="status">
      <span className={styles.tick} data-tone={tone}>
        <Icon name={icon} size={64} />
      </span>
      <h2>{t(`code.${outcome}`)}</h2>
      <Money amount={view.core.amount} size="hero" />
      {outcome !== 'paid' && <p className="quiet">{t(`code.${outcome}Body`)}</p>}
      <Facts>
        <Fact name={t('code.purpose')}>{view.core.purpose}</Fact>
        {outcome !== 'ended' && (
          <Fact name={outcome === 'paid' ? t('code.at') : t('code.approvedAt')}>{moments.time(at)}</Fact>
        )}
        {view.reference !== null && <Fact name={t('code.reference')}>{view.reference}</Fact>}
        {view.payment !== null && (
          <Fact name={t('code.payment')} long>
            <span className="mono">{view.payment}</span>
          </Fact>
        )}
      </Facts>
      <Button size="xl" fullWidth onClick={onDone}>
        {t('code.next')}
      </Button>
    </div>
  );
}

function Expired({ apiKey, view, onNew, onDone }: Omit<LiveCodeProps, 'onUpdate'>) {
  const { t } = useTranslation('shop');
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const [once] = useState(() => crypto.randomUUID());
  const renew = async () => {
    setState({ busy: true, error: undefined });
    const { amount, purpose, place } = view.core;
    const body: IntentBody = {
      amount,
      capture: view.capture,
      expires_in_seconds: LIFE_SECONDS,
      place,
      purpose,
    };
    if (view.reference !== null) body.reference = view.reference;
    try {
      onNew(await createIntent(apiKey, body, once));
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return (
    <div className={styles.paid}>
      <Notice tone="warn" icon="clock" title={t('code.expired')}>
        <p>{t('code.expiredBody')}</p>
      </Notice>
      <Money amount={view.core.amount} size="hero" />
      {state.error !== undefined && (
        <Notice tone="warn" title={t('ask.failed')} urgent>
          <p>{messageOf(state.error) ?? t('ask.unknown')}</p>
        </Notice>
      )}
      <Button size="xl" fullWidth loading={state.busy} onClick={() => void renew()}>
        {t('code.renew')}
      </Button>
      <Button size="lg" variant="default" fullWidth onClick={onDone}>
        {t('code.cancel')}
      </Button>
    </div>
  );
}
