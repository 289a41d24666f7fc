import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { messageOf, useAction } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { PayerView } from '@/api/types';
import { freeze, unfreeze } from '@/api/wallet';
import { clockText, useNow } from '@/ui/clock';
import { Icon } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Notice, Row } from '@/ui/parts';
import styles from './security.module.css';

/** Freezing is one tap; unfreezing asks, explains and waits. */
export function FreezePanel({ me }: { me: PayerView }) {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const [asking, setAsking] = useState(false);
  const tighten = useAction(useCallback(() => freeze(identity), [identity]));
  const loosen = useAction(useCallback(() => unfreeze(identity), [identity]));
  const error = tighten.error ?? loosen.error;
  const onFreeze = () => void tighten.run().then(() => setAsking(false));

  return (
    <section
      className={styles.freeze}
      data-frozen={me.frozen ? '' : undefined}
      aria-labelledby="freeze-title"
    >
      <span className={styles.lock}>
        <Icon name={me.frozen ? 'lock' : 'unlock'} size={30} />
      </span>
      <div className={styles.words} aria-live="polite">
        <h2 id="freeze-title">{me.frozen ? t('freeze.frozenTitle') : t('freeze.openTitle')}</h2>
        <p>{me.frozen ? t('freeze.frozenBody') : t('freeze.openBody')}</p>
      </div>
      <div className={styles.acts}>
        {!me.frozen && (
          <Button
            size="xl"
            fullWidth
            classNames={{ root: styles.freezeButton }}
            loading={tighten.busy}
            onClick={onFreeze}
          >
            {t('freeze.freeze')}
          </Button>
        )}
        {me.frozen && me.unfreezes_at !== null && (
          <Waiting until={me.unfreezes_at} busy={tighten.busy} onStop={onFreeze} />
        )}
        {me.frozen && me.unfreezes_at === null && !asking && (
          <Button size="lg" variant="default" fullWidth onClick={() => setAsking(true)}>
            {t('freeze.unfreeze')}
          </Button>
        )}
        {me.frozen && me.unfreezes_at === null && asking && (
          <Notice tone="warn" icon="clock" title={t('freeze.askTitle')}>
            <p>{t('freeze.askBody')}</p>
            <Row>
              <Button size="md" variant="default" onClick={() => setAsking(false)}>
                {t('freeze.keep')}
              </Button>
              <Button size="md" loading={loosen.busy} onClick={() => void loosen.run()}>
                {t('freeze.confirm')}
              </Button>
            </Row>
          </Notice>
        )}
        {error !== undefined && (
          <Notice tone="bad" title={t('freeze.failed')} urgent>
            <p>{messageOf(error) ?? t('freeze.unknown')}</p>
          </Notice>
        )}
      </div>
    </section>
  );
}

function Waiting({ until, busy, onStop }: { until: string; busy: boolean; onStop: () => void }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const end = Date.parse(until);
  const left = Math.ceil((end - useNow(serverNow, end)) / 1000);
  return (
    <Notice tone="warn" icon="clock" title={t('freeze.waitingTitle', { time: moments.time(until) })}>
      <p className="num" role="timer">
        {t('freeze.left', { clock: clockText(left) })}
      </p>
      <p>{t('freeze.waitingBody')}</p>
      <Button size="md" classNames={{ root: styles.freezeButton }} loading={busy} onClick={onStop}>
        {t('freeze.stop')}
      </Button>
    </Notice>
  );
}
