import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PayerView } from '@/api/types';
import { Icon } from '@/ui/icons';
import styles from './security.module.css';

/** The wallet's state in one line, on the way to the security page. */
export function FreezeLine({ me }: { me: PayerView }) {
  const { t } = useTranslation('security');
  return (
    <Link to="/security" className={styles.line} data-frozen={me.frozen ? '' : undefined}>
      <Icon name={me.frozen ? 'lock' : 'shield'} />
      <strong>{me.frozen ? t('line.frozen') : t('line.open')}</strong>
      <span className={styles.manage}>
        {t('line.manage')}
        <Icon name="next" size={18} />
      </span>
    </Link>
  );
}
