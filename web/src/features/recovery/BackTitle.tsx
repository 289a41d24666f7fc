import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/icons';
import { Title } from '@/ui/parts';
import styles from './recovery.module.css';

export function BackTitle({ children }: { children: ReactNode }) {
  const { t } = useTranslation('common');
  return (
    <Title
      lead={
        <Link to="/security" className={styles.back} aria-label={t('back')}>
          <Icon name="back" />
        </Link>
      }
    >
      {children}
    </Title>
  );
}
