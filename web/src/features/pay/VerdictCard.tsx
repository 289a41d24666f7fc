import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Verdict } from '@/domain/signedCode';
import { Icon, type IconName } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Title } from '@/ui/parts';
import styles from './pay.module.css';

const LOOK: Record<Verdict['kind'], { icon: IconName; tone: 'good' | 'warn' | 'bad' | 'plain' }> = {
  trusted: { icon: 'checkRound', tone: 'good' },
  expired: { icon: 'clock', tone: 'warn' },
  altered: { icon: 'stop', tone: 'bad' },
  unknown_key: { icon: 'question', tone: 'bad' },
  unsigned: { icon: 'warn', tone: 'warn' },
  sticker: { icon: 'checkRound', tone: 'good' },
  revoked: { icon: 'stop', tone: 'bad' },
  stale: { icon: 'clock', tone: 'warn' },
  not_payment: { icon: 'scan', tone: 'plain' },
  unchecked: { icon: 'question', tone: 'warn' },
};

/** One plain answer on what was scanned, and what to do. */
export function VerdictCard({ verdict, onAgain }: { verdict: Verdict; onAgain: () => void }) {
  const { t } = useTranslation('pay');
  const moments = useMoments();
  const { icon, tone } = LOOK[verdict.kind];
  return (
    <div className={styles.verdict} data-tone={tone} role="alert">
      <span className={styles.seal}>
        <Icon name={icon} size={44} />
      </span>
      <Title>{t(`verdict.${verdict.kind}.title`)}</Title>
      <p>{t(`verdict.${verdict.kind}.body`)}</p>
      {verdict.kind === 'expired' && verdict.expiredAt !== undefined && (
        <p className="quiet">
          {t('verdict.expired.at', { time: moments.full(new Date(verdict.expiredAt).toISOString()) })}
        </p>
      )}
      {verdict.kind === 'unsigned' && verdict.name !== undefined && (
        <p className="quiet">{t('verdict.unsigned.name', { name: verdict.name })}</p>
      )}
      <Button size="lg" onClick={onAgain}>
        {t('scan.again')}
      </Button>
    </div>
  );
}
