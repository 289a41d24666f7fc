import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Refusal } from '@/api/errors';
import type { PaymentId } from '@/domain/typeid';
import { Icon } from '@/ui/icons';
import { Fact, Facts, Title } from '@/ui/parts';
import { RuleLines } from '@/ui/RuleLines';
import { forwardFor, ForwardButton } from './forward';
import styles from './pay.module.css';

export function RefusedPage({
  refusal,
  payment,
  onAgain,
}: {
  refusal: Refusal;
  payment: PaymentId;
  onAgain: () => void;
}) {
  const { t } = useTranslation('pay');
  return (
    <div className={styles.verdict} data-tone="bad">
      <span className={styles.seal}>
        <Icon name="stop" size={44} />
      </span>
      <Title>{t('refused.title')}</Title>
      <div role="alert">
        <p className={styles.sentence}>{refusal.problem.message}</p>
        <RuleLines rules={refusal.problem.rules} />
        <p>{t('refused.nothing')}</p>
      </div>
      <p>{t(`refused.hint.${forwardFor(refusal.code).hint}`)}</p>
      <div className={styles.buttons}>
        <ForwardButton code={refusal.code} strength={refusal.problem.step_up?.strength} onAgain={onAgain} />
        <Button size="lg" variant="default" fullWidth renderRoot={(props) => <Link to="/" {...props} />}>
          {t('refused.home')}
        </Button>
      </div>
      <Facts>
        <Fact name={t('refused.code')} long>
          <span className="mono">{refusal.code}</span>
        </Fact>
        <Fact name={t('refused.payment')} long>
          <span className="mono">{payment}</span>
        </Fact>
      </Facts>
    </div>
  );
}
