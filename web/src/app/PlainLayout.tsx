import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Mark } from '@/ui/icons';
import styles from './app.module.css';
import { LanguageSwitch } from './LanguageSwitch';

export function PlainLayout() {
  const { t } = useTranslation('app');
  return (
    <div className={styles.shell}>
      <header className={styles.top}>
        <span className={styles.brand}>
          <Mark />
          {t('brand')}
        </span>
        <LanguageSwitch />
      </header>
      <main className={styles.main}>
        <Outlet />
      </main>
    </div>
  );
}
