import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { QuoteView, StepUpView } from '@/api/types';
import { sentence } from '@/api/wallet';
import { formatAmount } from '@/domain/money';
import { Held } from '@/ui/Held';
import { useLocale, useMoments } from '@/ui/locale';
import { Notice } from '@/ui/parts';
import { RuleLines } from '@/ui/RuleLines';
import styles from './pay.module.css';
import { forwardFor, ForwardButton } from './forward';

export interface ApprovePanelProps {
  readonly quote: QuoteView;
  readonly expired: boolean;
  readonly busy: boolean;
  readonly onApprove: () => void;
}

/** What to look at once more, and the one button that pays. */
export function ApprovePanel({ quote, expired, busy, onApprove }: ApprovePanelProps) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const blocked = quote.refusals.length > 0;
  const amount = formatAmount(quote.total, locale);
  const approve = quote.wait ? t('preview.approveHeld', { amount }) : t('preview.approve', { amount });
  const firstRefusal = quote.refusals[0];
  return (
    <aside className={styles.aside}>
      <div className={styles.flags}>
        {blocked && (
          <Notice tone="bad" title={t('preview.blocked')} urgent>
            {quote.refusals.map((reason) => (
              <p key={reason.code}>{sentence(reason, locale)}</p>
            ))}
            <RuleLines rules={quote.rules} />
            {firstRefusal && <p>{t(`refused.hint.${forwardFor(firstRefusal.code).hint}`)}</p>}
          </Notice>
        )}
        {expired && !blocked && (
          <Notice tone="warn" icon="clock" title={t('preview.expired')} urgent>
            <p>{t('preview.expiredBody')}</p>
          </Notice>
        )}
        {!blocked && !expired && quote.wait && <Held wait={quote.wait} rules={quote.rules} ahead />}
        {!expired && quote.step_up && <StepUpAhead view={quote.step_up} />}
        {!blocked &&
          !expired &&
          quote.warnings.map((warning) => (
            <Notice key={warning} tone="warn" title={t(`preview.warnings.${warning}.title`)}>
              <p>{t(`preview.warnings.${warning}.body`)}</p>
            </Notice>
          ))}
      </div>
      <div className={styles.approve}>
        {blocked && firstRefusal && (
          <ForwardButton code={firstRefusal.code} strength={quote.step_up?.strength} />
        )}
        {!blocked && expired && (
          <Button size="xl" fullWidth renderRoot={(props) => <Link to="/scan" {...props} />}>
            {t('preview.scanAgain')}
          </Button>
        )}
        {!blocked && !expired && (
          <Button
            size="xl"
            fullWidth
            onClick={onApprove}
            loading={busy}
            aria-label={busy ? t('preview.sending') : approve}
          >
            {approve}
          </Button>
        )}
        <Button
          size="md"
          variant="subtle"
          fullWidth
          disabled={busy}
          classNames={{ root: styles.cancel }}
          renderRoot={(props) => <Link to="/" {...props} />}
        >
          {t('preview.cancel')}
        </Button>
      </div>
    </aside>
  );
}

/** Said before the tap: which check will be asked for, and why. */
function StepUpAhead({ view }: { view: StepUpView }) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const moments = useMoments();
  return (
    <Notice tone="plain" icon="shield" title={t(`preview.stepUp.${view.strength}`)}>
      {view.reasons.map((reason) => (
        <p key={reason.code}>{sentence(reason, locale)}</p>
      ))}
      {view.ready_at != null && <p>{t('preview.stepUp.waiting', { time: moments.when(view.ready_at) })}</p>}
      {view.ready_at == null && view.methods.length === 0 && (
        <>
          <p>{t('preview.stepUp.notSetUp')}</p>
          <p>
            {view.strength === 'passkey' ? (
              <Link to="/security/passkeys">{t('refused.forward.passkey')}</Link>
            ) : (
              <Link to="/security/pin">{t('preview.stepUp.setUp')}</Link>
            )}
          </p>
        </>
      )}
    </Notice>
  );
}
