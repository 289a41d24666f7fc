import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PaymentId } from '@/domain/typeid';
import { Icon } from '@/ui/icons';
import { Fact, Facts, Title } from '@/ui/parts';
import styles from './pay.module.css';

export interface UnknownPageProps {
  readonly message: string | undefined;
  readonly busy: boolean;
  readonly onCheck: () => void;
  readonly payment: PaymentId;
}

/** No answer arrived. Nothing here says "failed": the payment may stand in the books. */
export function UnknownPage({ message, busy, onCheck, payment }: UnknownPageProps) {
  const { t } = useTranslation('pay');
  return (
    <div className={styles.verdict} data-tone="warn">
      <span className={styles.seal}>
        <Icon name="question" size={44} />
      </span>
      <Title>{t('unknown.title')}</Title>
      <div role="alert">
        <p className={styles.sentence}>{t('unknown.body')}</p>
        {message !== undefined && <p className="quiet">{t('unknown.said', { message })}</p>}
      </div>
      <p>{t('unknown.safe')}</p>
      <div className={styles.buttons}>
        <Button size="xl" fullWidth loading={busy} onClick={onCheck}>
          {t('unknown.check')}
        </Button>
        <Button
          size="lg"
          variant="default"
          fullWidth
          disabled={busy}
          renderRoot={(props) => <Link to="/" {...props} />}
        >
          {t('unknown.later')}
        </Button>
      </div>
      <p className="quiet">{t('unknown.laterHint')}</p>
      <Facts>
        <Fact name={t('refused.payment')} long>
          <span className="mono">{payment}</span>
        </Fact>
      </Facts>
    </div>
  );
}
