import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { approveByPasskey, canPasskey, isDeclined } from '@/api/passkeys';
import { messageOf } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { approveByPin, triesLeft, type SheetProps } from '@/api/stepUp';
import type { StepUpView, Strength } from '@/api/types';
import { sentence } from '@/api/wallet';
import { Dialog } from '@/ui/Confirm';
import { Icon } from '@/ui/icons';
import { useLocale, useMoments } from '@/ui/locale';
import { Notice } from '@/ui/parts';
import { PinPad } from '@/ui/PinPad';
import styles from './stepup.module.css';

/** One more check on exactly what stands behind it; closing it does nothing. */
export function StepUpSheet({ asked, onDone }: SheetProps) {
  const { t } = useTranslation('stepup');
  const { view, digest, what } = asked;
  const pin = view.methods.some(({ path }) => path === '/v1/step-up/pin');
  const passkey = canPasskey() && view.methods.some(({ path }) => path === '/v1/step-up/passkey');
  return (
    <Dialog title={t('title')} onClose={() => onDone(false)}>
      <div className={styles.sheet}>
        <div className={styles.what}>{what}</div>
        <Reasons view={view} />
        {view.ready_at != null && <Waiting until={view.ready_at} />}
        {view.ready_at == null && passkey && <ByPasskey digest={digest} onDone={onDone} />}
        {view.ready_at == null && pin && <ByPin digest={digest} onDone={onDone} />}
        {view.ready_at == null && view.methods.length === 0 && (
          <NotSetUp strength={view.strength} onDone={onDone} />
        )}
        <Button size="md" variant="subtle" fullWidth onClick={() => onDone(false)}>
          {t('cancel')}
        </Button>
      </div>
    </Dialog>
  );
}

function Reasons({ view }: { view: StepUpView }) {
  const { t } = useTranslation('stepup');
  const locale = useLocale();
  if (view.reasons.length === 0) return null;
  return (
    <div className={styles.why}>
      <span className="quiet">{t('why')}</span>
      <ul>
        {view.reasons.map((reason) => (
          <li key={reason.code}>{sentence(reason, locale)}</li>
        ))}
      </ul>
    </div>
  );
}

function ByPin({ digest, onDone }: { digest: string; onDone: SheetProps['onDone'] }) {
  const { t } = useTranslation('stepup');
  const identity = useIdentity();
  const [state, setState] = useState<{ busy: boolean; fault: string | undefined }>({
    busy: false,
    fault: undefined,
  });
  const onPin = async (digits: string) => {
    setState({ busy: true, fault: undefined });
    try {
      await approveByPin(identity, digest, digits);
      onDone(true);
    } catch (error) {
      const left = triesLeft(error);
      const said = messageOf(error) ?? t('unknown');
      setState({ busy: false, fault: left === undefined ? said : `${said} ${t('left', { count: left })}` });
    }
  };
  return (
    <PinPad label={t('pin')} busy={state.busy} fault={state.fault} onPin={(digits) => void onPin(digits)} />
  );
}

function ByPasskey({ digest, onDone }: { digest: string; onDone: SheetProps['onDone'] }) {
  const { t } = useTranslation('stepup');
  const identity = useIdentity();
  const [state, setState] = useState<{ busy: boolean; fault: string | undefined }>({
    busy: false,
    fault: undefined,
  });
  const approve = async () => {
    setState({ busy: true, fault: undefined });
    try {
      await approveByPasskey(identity, digest);
      onDone(true);
    } catch (error) {
      setState({
        busy: false,
        fault: isDeclined(error) ? t('declined') : (messageOf(error) ?? t('unknown')),
      });
    }
  };
  return (
    <>
      {state.fault !== undefined && <Notice tone="warn" title={state.fault} urgent />}
      <Button
        size="xl"
        fullWidth
        loading={state.busy}
        leftSection={<Icon name="key" />}
        onClick={() => void approve()}
      >
        {t('passkey')}
      </Button>
    </>
  );
}

function Waiting({ until }: { until: string }) {
  const { t } = useTranslation('stepup');
  const moments = useMoments();
  return (
    <Notice tone="warn" icon="clock" title={t('waiting', { time: moments.when(until) })}>
      <p>{t('waitingBody')}</p>
    </Notice>
  );
}

function NotSetUp({ strength, onDone }: { strength: Strength; onDone: SheetProps['onDone'] }) {
  const { t } = useTranslation('stepup');
  return (
    <>
      <Notice tone="warn" title={t('notSetUp')}>
        <p>{t('notSetUpBody')}</p>
      </Notice>
      <Button
        size="lg"
        fullWidth
        renderRoot={(props) => (
          <Link
            to={strength === 'passkey' ? '/security/passkeys' : '/security/pin'}
            onClick={() => onDone(false)}
            {...props}
          />
        )}
      >
        {strength === 'passkey' ? t('setUpPasskey') : t('setUp')}
      </Button>
    </>
  );
}
