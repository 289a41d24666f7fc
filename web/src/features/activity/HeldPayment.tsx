import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, useAction } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { PaymentView } from '@/api/types';
import { cancelPayment } from '@/api/wallet';
import { formatAmount } from '@/domain/money';
import { Confirm } from '@/ui/Confirm';
import { Held } from '@/ui/Held';
import { useLocale, useNames } from '@/ui/locale';
import { Notice } from '@/ui/parts';

/** What holds a payment, until when, and the way out; nothing for one that is not held. */
export function HeldPayment({ payment }: { payment: PaymentView }) {
  const { t } = useTranslation('activity');
  const [asking, setAsking] = useState(false);
  if (payment.status !== 'held' || !payment.wait) return null;
  return (
    <Held wait={payment.wait} rules={payment.rules}>
      <div className="no-print">
        <Button size="md" variant="default" onClick={() => setAsking(true)}>
          {t('held.cancel')}
        </Button>
      </div>
      {asking && <CallOff payment={payment} onClose={() => setAsking(false)} />}
    </Held>
  );
}

function CallOff({ payment, onClose }: { payment: PaymentView; onClose: () => void }) {
  const { t } = useTranslation('activity');
  const locale = useLocale();
  const names = useNames(payment.payee);
  const identity = useIdentity();
  const cancel = useAction(useCallback(() => cancelPayment(identity, payment.payment), [identity, payment]));
  const total = { ...payment.amount, minor: payment.amount.minor + payment.fee.minor };
  return (
    <Confirm
      title={t('held.ask')}
      act={t('held.act')}
      keep={t('held.keep')}
      busy={cancel.busy}
      onConfirm={() => void cancel.run().then((done) => done && onClose())}
      onCancel={onClose}
    >
      <p>{t('held.askBody', { amount: formatAmount(total, locale), payee: names.first })}</p>
      {cancel.error !== undefined && (
        <Notice tone="bad" title={t('held.failed')} urgent>
          <p>{messageOf(cancel.error) ?? t('held.unknown')}</p>
        </Notice>
      )}
    </Confirm>
  );
}
