import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { useIdentity } from '@/api/session';
import type { CodesView } from '@/api/types';
import { recoverAddress } from '@/domain/help';
import { Icon, Mark } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Notice, Stack, Title } from '@/ui/parts';
import { QrCode } from '@/ui/QrCode';
import styles from './recovery.module.css';

/** The codes, shown once: on paper they are kept, in this page they are gone when it is left. */
export function Sheet({ view, onDone }: { view: CodesView; onDone: () => void }) {
  const { t } = useTranslation('recovery');
  const moments = useMoments();
  const identity = useIdentity();
  const [kept, setKept] = useState(false);
  const [printedAt] = useState(() => new Date(serverNow()).toISOString());
  const waits = Date.parse(view.usable_from) > serverNow();
  const address = recoverAddress(location.origin, identity.payer);
  return (
    <Stack gap={16}>
      <div className="no-print">
        <Stack gap={12}>
          <Title>{t('sheet.title')}</Title>
          <Notice tone="warn" title={t('sheet.once')} urgent>
            <p>{t('sheet.onceBody')}</p>
          </Notice>
        </Stack>
      </div>
      <section className={styles.sheet} aria-label={t('sheet.paper')}>
        <header>
          <span className={styles.brand}>
            <Mark size={24} />
            {t('sheet.paper')}
          </span>
          <span className="quiet">{moments.full(printedAt)}</span>
        </header>
        <ol className={styles.codes}>
          {view.codes.map((code) => (
            <li key={code}>
              <code translate="no">{code}</code>
            </li>
          ))}
        </ol>
        {waits && <p>{t('sheet.waits', { time: moments.when(view.usable_from) })}</p>}
        <div className={styles.foot}>
          <div className={styles.small}>
            <QrCode text={address} label={t('sheet.address')} />
          </div>
          <dl>
            <dt>{t('sheet.wallet')}</dt>
            <dd className="mono">{identity.payer}</dd>
            <dt>{t('sheet.where')}</dt>
            <dd className="mono">{`${location.origin}/recover`}</dd>
            <dt>{t('sheet.stop')}</dt>
            <dd className="mono">{`${location.origin}/freeze`}</dd>
          </dl>
        </div>
        <ul className={styles.rules}>
          {t('sheet.rules', { returnObjects: true }).map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      </section>
      <div className={`${styles.acts ?? ''} no-print`}>
        <Button size="lg" leftSection={<Icon name="print" />} onClick={() => window.print()}>
          {t('sheet.print')}
        </Button>
        <label className={styles.tick}>
          <input type="checkbox" checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
          <span>{t('sheet.kept')}</span>
        </label>
        <Button size="lg" variant="default" disabled={!kept} onClick={onDone}>
          {t('sheet.done')}
        </Button>
      </div>
    </Stack>
  );
}
