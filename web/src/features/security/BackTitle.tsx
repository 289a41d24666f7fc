import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/icons';
import { Title } from '@/ui/parts';
import styles from './security.module.css';

/** The heading of a page below Security, with the way back. */
export function BackTitle({
  children,
  to = '/security',
}: {
  children: ReactNode;
  to?: '/security' | '/security/devices';
}) {
  const { t } = useTranslation('common');
  return (
    <Title
      lead={
        <Link to={to} className={styles.back} aria-label={t('back')}>
          <Icon name="back" />
        </Link>
      }
    >
      {children}
    </Title>
  );
}
