import { useTranslation } from 'react-i18next';
import styles from './pay.module.css';
import { agreeToSayPlace, canSayPlace, useSaysPlace } from './place';

/** Whether to say where one scans: that is what tells a code that hangs in another's place. */
export function PlaceConsent({ onChange }: { onChange?: () => void }) {
  const { t } = useTranslation('pay');
  const agreed = useSaysPlace();
  if (!canSayPlace()) return null;
  return (
    <label className={styles.consent}>
      <input
        type="checkbox"
        checked={agreed}
        onChange={(event) => {
          agreeToSayPlace(event.currentTarget.checked);
          onChange?.();
        }}
      />
      <span>
        <strong>{t('place.agree')}</strong>
        <span className="quiet">{t('place.body')}</span>
      </span>
    </label>
  );
}
