import { useTranslation } from 'react-i18next';
import { useLocale } from '@/ui/locale';
import { switchLanguage } from './i18n';
import styles from './app.module.css';

/** Names the other language in that language. */
export function LanguageSwitch() {
  const { t } = useTranslation('app');
  const other = useLocale() === 'ko' ? 'en' : 'ko';
  return (
    <button
      type="button"
      className={styles.language}
      lang={other}
      aria-label={t('languageLabel')}
      onClick={switchLanguage}
    >
      {t('language')}
    </button>
  );
}
