import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Identity } from '@/api/keystore';
import { useSession } from '@/api/session';
import { Icon } from '@/ui/icons';
import { Title } from '@/ui/parts';
import styles from './security.module.css';

/** After logging out: nothing is shown or asked until somebody comes back. */
export function OutPage({ identity }: { identity: Identity }) {
  const { t } = useTranslation('security');
  const { keep } = useSession();
  return (
    <div className={styles.out}>
      <span className={styles.lock}>
        <Icon name="lock" size={30} />
      </span>
      <Title>{t('out.title')}</Title>
      <p className="quiet">{t('out.body')}</p>
      <Button size="xl" fullWidth onClick={() => void keep({ ...identity, out: false })}>
        {t('out.in')}
      </Button>
    </div>
  );
}
