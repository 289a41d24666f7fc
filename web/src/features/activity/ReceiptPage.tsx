import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { messageOf, useReceipt } from '@/api/queries';
import type { ReceiptView } from '@/api/types';
import { sentence } from '@/api/wallet';
import { movedMoney, toneOf } from '@/domain/status';
import type { PaymentId } from '@/domain/typeid';
import { Failure } from '@/ui/Failure';
import { Icon, Mark } from '@/ui/icons';
import { useLocale, useMoments, useNames } from '@/ui/locale';
import { Blank, Fact, Facts, Money, Notice, Slip, Stack, Status, Title } from '@/ui/parts';
import { RuleLines } from '@/ui/RuleLines';
import styles from './activity.module.css';
import { HeldPayment } from './HeldPayment';
import { ReportPayment } from './ReportPayment';

/** The kinds of funding will be several. */
const isKind = (kind: string, wanted: string): boolean => kind === wanted;
const DAY_MS = 86_400_000;

/** A payment's receipt; `fresh` right after it was made. */
export function ReceiptPage({ id, fresh }: { id: PaymentId; fresh: boolean }) {
  const { t } = useTranslation('activity');
  const receipt = useReceipt(id);
  if (receipt.isPending) return <Blank height={480} />;
  if (!receipt.data) {
    return (
      <Stack>
        <Title>{t('receipt.title')}</Title>
        <Failure message={messageOf(receipt.error)} onRetry={() => void receipt.refetch()} />
      </Stack>
    );
  }
  return (
    <div className={styles.receipt}>
      <Heading receipt={receipt.data} fresh={fresh} />
      <HeldPayment payment={receipt.data.payment} />
      <Slip>
        <Body receipt={receipt.data} />
      </Slip>
      <div className={`${styles.buttons ?? ''} no-print`}>
        <Button
          size="lg"
          variant="default"
          leftSection={<Icon name="print" />}
          onClick={() => window.print()}
        >
          {t('receipt.print')}
        </Button>
        <Button size="lg" renderRoot={(props) => <Link to={fresh ? '/' : '/activity'} {...props} />}>
          {fresh ? t('receipt.home') : t('receipt.activity')}
        </Button>
      </div>
      {receipt.data.payment.status !== 'refused' && <ReportPayment payment={receipt.data.payment} />}
    </div>
  );
}

function Heading({ receipt: { payment }, fresh }: { receipt: ReceiptView; fresh: boolean }) {
  const { t } = useTranslation(['activity', 'common']);
  const locale = useLocale();
  if (fresh && payment.status === 'held') {
    return (
      <div className={styles.done} role="status">
        <span className={styles.tick} data-tone="warn">
          <Icon name="clock" size={44} />
        </span>
        <Title>{t('common:held.title')}</Title>
      </div>
    );
  }
  if (fresh && movedMoney(payment.status)) {
    return (
      <div className={styles.done} role="status">
        <span className={styles.tick}>
          <Icon name="check" size={44} />
        </span>
        <Title>{payment.status === 'captured' ? t('receipt.done') : t('receipt.held')}</Title>
        {payment.status === 'authorized' && <p className="quiet">{t('receipt.heldBody')}</p>}
      </div>
    );
  }
  return (
    <>
      <Title
        lead={
          <Link to="/activity" className={`${styles.back ?? ''} no-print`} aria-label={t('receipt.activity')}>
            <Icon name="back" />
          </Link>
        }
      >
        {t('receipt.title')}
      </Title>
      {payment.status === 'refused' && (
        <Notice tone="bad" title={payment.reasons.map((reason) => sentence(reason, locale)).join(' ')}>
          <RuleLines rules={payment.rules} />
          <p>{t('receipt.nothing')}</p>
        </Notice>
      )}
    </>
  );
}

function Body({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation('activity');
  const moments = useMoments();
  const { payment, core } = receipt;
  const names = useNames(payment.payee);
  const path = core.funding.find((one) => isKind(one.kind, payment.funding));
  const refundUntil = new Date(
    Date.parse(payment.created_at) + (path?.refundable_days ?? 0) * DAY_MS,
  ).toISOString();
  return (
    <>
      <header className={styles.receiptHead}>
        <span className={styles.brand}>
          <Mark size={22} />
          <Status tone={toneOf(payment.status)}>{t(`receipt.heading.${payment.status}`)}</Status>
        </span>
        <strong>{names.first}</strong>
        {names.second !== undefined && <span className="quiet">{names.second}</span>}
        <Money amount={{ ...payment.amount, minor: payment.amount.minor + payment.fee.minor }} size="hero" />
      </header>
      {core.capture === 'manual' && <p className="quiet">{t('receipt.heldFirst')}</p>}
      <Facts>
        <Fact name={t('receipt.at')}>{moments.full(payment.created_at)}</Fact>
        <Fact name={t('receipt.purpose')}>{payment.purpose}</Fact>
        <Fact name={t('receipt.place')}>{payment.place}</Fact>
        <Fact name={t('receipt.amount')}>
          <Money amount={payment.amount} />
        </Fact>
        <Fact name={t('receipt.fee')}>
          {payment.fee.minor === 0 ? t('receipt.noFee') : <Money amount={payment.fee} />}
        </Fact>
        <Fact name={t('receipt.total')} strong>
          <Money amount={{ ...payment.amount, minor: payment.amount.minor + payment.fee.minor }} />
        </Fact>
        <Fact name={t('receipt.from')}>{t('receipt.wallet')}</Fact>
        {payment.status === 'captured' && payment.captured.minor !== payment.amount.minor && (
          <Fact name={t('receipt.captured')}>
            <Money amount={payment.captured} />
          </Fact>
        )}
        {payment.refunded.minor > 0 && (
          <Fact name={t('receipt.refunded')}>
            <Money amount={payment.refunded} />
          </Fact>
        )}
        {movedMoney(payment.status) && payment.status !== 'held' && path && path.refundable_days > 0 && (
          <Fact name={t('receipt.refundUntil')}>{moments.day(refundUntil)}</Fact>
        )}
      </Facts>
      {receipt.refunds.length > 0 && <Refunds receipt={receipt} />}
      <Facts>
        <Fact name={t('receipt.number')} long>
          <span className="mono">{payment.payment}</span>
        </Fact>
        <Fact name={t('receipt.decision')} long>
          <span className="mono">{payment.decision}</span>
        </Fact>
        <Fact name={t('receipt.device')} long>
          <span className="mono">{receipt.device}</span>
        </Fact>
        <Fact name={t('receipt.digest')} long>
          <span className="mono">{receipt.quote}</span>
        </Fact>
      </Facts>
    </>
  );
}

function Refunds({ receipt }: { receipt: ReceiptView }) {
  const { t } = useTranslation('activity');
  const moments = useMoments();
  return (
    <section className={styles.refunds} aria-labelledby="refunds-title">
      <h2 id="refunds-title">{t('receipt.refunds')}</h2>
      <ul>
        {receipt.refunds.map((refund) => (
          <li key={refund.refund}>
            <span>
              {moments.full(refund.created_at)}
              {refund.reason !== null && <span className="quiet">{` · ${refund.reason}`}</span>}
            </span>
            <strong>
              <Money amount={refund.amount} sign="+" />
            </strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
