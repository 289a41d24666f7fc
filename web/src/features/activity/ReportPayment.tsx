import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, useAction } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { PaymentView, ReportKind, ReportView } from '@/api/types';
import { reportAttack, reportPayment } from '@/api/wallet';
import { Dialog } from '@/ui/Confirm';
import { useMoments } from '@/ui/locale';
import { Choice, Notice, Stack } from '@/ui/parts';
import styles from './activity.module.css';

const KINDS = ['not_me', 'deceived'] as const satisfies readonly ReportKind[];

/** "This was not me": says that a payment was fraud, freezes if wanted, and tells what happens next. */
export function ReportPayment({ payment }: { payment: PaymentView }) {
  const { t } = useTranslation('activity');
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState<Said>();
  return (
    <div className="no-print">
      {said ? (
        <Next said={said} />
      ) : (
        <Button size="md" variant="subtle" fullWidth onClick={() => setAsking(true)}>
          {t('report.open')}
        </Button>
      )}
      {asking && (
        <Ask
          payment={payment}
          onClose={() => setAsking(false)}
          onSaid={(next) => {
            setAsking(false);
            setSaid(next);
          }}
        />
      )}
    </div>
  );
}

interface Said {
  readonly report: ReportView;
  readonly frozen: boolean;
}

interface AskProps {
  readonly payment: PaymentView;
  readonly onClose: () => void;
  readonly onSaid: (said: Said) => void;
}

function Ask({ payment, onClose, onSaid }: AskProps) {
  const { t } = useTranslation('activity');
  const { t: common } = useTranslation('common');
  const identity = useIdentity();
  const [kind, setKind] = useState<ReportKind>('not_me');
  const [freezes, setFreezes] = useState(true);
  const stops = kind === 'not_me' && freezes;
  const send = useAction(
    useCallback(async () => {
      // Stopping comes first: what is said about the past can wait, money that leaves cannot.
      if (stops) await reportAttack(identity, payment.created_at);
      const report = await reportPayment(identity, payment.payment, kind);
      onSaid({ report, frozen: stops });
    }, [identity, payment, kind, stops, onSaid]),
  );
  return (
    <Dialog title={t('report.title')} onClose={onClose}>
      <Stack gap={14}>
        <Choice
          legend={t('report.kind')}
          name="report"
          value={kind}
          options={KINDS.map((value) => ({ value, label: t(`report.kinds.${value}`) }))}
          onChange={setKind}
        />
        <p>{t(`report.bodies.${kind}`)}</p>
        {kind === 'not_me' && (
          <label className={styles.option}>
            <input
              type="checkbox"
              checked={freezes}
              onChange={(event) => setFreezes(event.currentTarget.checked)}
            />
            <span>{t('report.freeze')}</span>
          </label>
        )}
        {send.error !== undefined && (
          <Notice tone="bad" title={t('report.failed')} urgent>
            <p>{messageOf(send.error) ?? t('report.unknown')}</p>
          </Notice>
        )}
        <Button size="lg" loading={send.busy} onClick={() => void send.run()}>
          {t('report.act')}
        </Button>
        <Button size="lg" variant="default" disabled={send.busy} onClick={onClose}>
          {common('cancel')}
        </Button>
      </Stack>
    </Dialog>
  );
}

function Next({ said: { report, frozen } }: { said: Said }) {
  const { t } = useTranslation('activity');
  const moments = useMoments();
  return (
    <Notice tone="good" title={t('report.done')} urgent>
      <p>{t('report.doneAt', { time: moments.when(report.reported_at) })}</p>
      <ul className={styles.next}>
        {frozen && <li>{t('report.next.frozen')}</li>}
        <li>{t('report.next.learnt')}</li>
        <li>{t('report.next.refund')}</li>
        <li>
          <Link to="/security/devices">{t('report.next.devices')}</Link>
        </li>
      </ul>
    </Notice>
  );
}
