import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import type { IntentView } from '@/api/types';
import { useMoments } from '@/ui/locale';
import { Money, Status } from '@/ui/parts';
import { outcomeOf } from './outcome';
import styles from './shop.module.css';

const TONES = { open: 'waiting', taken: 'good', waits: 'waiting', ended: 'quiet', expired: 'quiet' } as const;

/** What was asked for in this tab; nothing else is known here of the shop's day. */
export function TodayList({
  intents,
  onShow,
}: {
  intents: readonly IntentView[];
  onShow: (intent: string) => void;
}) {
  const { t } = useTranslation('shop');
  const moments = useMoments();
  return (
    <section className={styles.today} aria-labelledby="today-title">
      <h2 id="today-title">{t('today.title')}</h2>
      {intents.length === 0 && <p className="quiet">{t('today.empty')}</p>}
      <ul>
        {intents.map((view) => {
          const late = view.status === 'open' && serverNow() >= Date.parse(view.core.expires_at);
          const outcome = outcomeOf(view.payment_status);
          const taken = outcome === 'waits' || outcome === 'ended' ? outcome : 'taken';
          const status = late ? 'expired' : view.status === 'taken' ? taken : view.status;
          return (
            <li key={view.intent}>
              <button type="button" onClick={() => onShow(view.intent)}>
                <span>
                  <strong>{view.core.purpose}</strong>
                  <small className="quiet">{moments.time(view.core.created_at)}</small>
                </span>
                <span>
                  <Money amount={view.core.amount} />
                  <Status tone={TONES[status]}>{t(`today.${status}`)}</Status>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
