import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { keys, messageOf, usePin } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { newBlind, NotApproved, triesLeft, useStepped } from '@/api/stepUp';
import type { PinView } from '@/api/types';
import { removePin, setPin } from '@/api/wallet';
import { canonical } from '@/domain/jcs';
import { Confirm } from '@/ui/Confirm';
import { Failure } from '@/ui/Failure';
import { useMoments } from '@/ui/locale';
import { Blank, Card, Fact, Facts, Notice, Stack } from '@/ui/parts';
import { PinPad } from '@/ui/PinPad';
import { BackTitle } from './BackTitle';
import styles from './security.module.css';

/** The payment PIN: set, changed, removed. */
export function PinPage() {
  const { t } = useTranslation('security');
  const pin = usePin();
  const [editing, setEditing] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <Stack gap={16}>
      <BackTitle>{t('pin.title')}</BackTitle>
      <p className="quiet">{t('pin.lead')}</p>
      {done && <Notice tone="good" title={t('pin.done')} urgent />}
      {pin.isPending && <Blank height={160} />}
      {pin.isError && !pin.data && (
        <Failure message={messageOf(pin.error)} onRetry={() => void pin.refetch()} />
      )}
      {pin.data &&
        (editing || !pin.data.set ? (
          <Editor
            view={pin.data}
            onDone={() => {
              setEditing(false);
              setDone(true);
            }}
            onCancel={() => setEditing(false)}
          />
        ) : (
          <Present
            view={pin.data}
            onChange={() => {
              setDone(false);
              setEditing(true);
            }}
          />
        ))}
    </Stack>
  );
}

function Present({ view, onChange }: { view: PinView; onChange: () => void }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const now = serverNow();
  const waits = view.usable_from != null && Date.parse(view.usable_from) > now;
  const locked = view.locked_until != null && Date.parse(view.locked_until) > now;
  return (
    <Card>
      <Stack gap={12}>
        <Facts>
          <Fact name={t('pin.state')}>{t('pin.isSet')}</Fact>
          {view.set_at != null && <Fact name={t('pin.since')}>{moments.when(view.set_at)}</Fact>}
          <Fact name={t('pin.tries')}>{t('pin.triesLeft', { count: view.tries_left })}</Fact>
        </Facts>
        {waits && (
          <Notice
            tone="warn"
            icon="clock"
            title={t('pin.waits', { time: moments.when(view.usable_from ?? '') })}
          >
            <p>{t('pin.waitsBody')}</p>
          </Notice>
        )}
        {locked && (
          <Notice
            tone="bad"
            icon="lock"
            title={t('pin.locked', { time: moments.when(view.locked_until ?? '') })}
          >
            <p>{t('pin.lockedBody')}</p>
          </Notice>
        )}
        <Button size="lg" variant="default" onClick={onChange}>
          {t('pin.change')}
        </Button>
        <Remove />
      </Stack>
    </Card>
  );
}

type Step = 'old' | 'new' | 'again';

function Editor({ view, onDone, onCancel }: { view: PinView; onDone: () => void; onCancel: () => void }) {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const client = useQueryClient();
  const stepped = useStepped();
  const first: Step = view.set ? 'old' : 'new';
  const [step, setStep] = useState<Step>(first);
  const [old, setOld] = useState<string>();
  const [fresh, setFresh] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();

  const send = async (digits: string) => {
    setBusy(true);
    setFault(undefined);
    const bodyText = canonical({ blind: newBlind(), new: digits, ...(old !== undefined && { old }) });
    try {
      await stepped((text) => setPin(identity, text), bodyText, t('pin.what'));
      await client.invalidateQueries({ queryKey: keys.pin });
      onDone();
    } catch (error) {
      const left = triesLeft(error);
      const said = messageOf(error) ?? t('freeze.unknown');
      if (!(error instanceof NotApproved))
        setFault(left === undefined ? said : `${said} ${t('pin.left', { count: left })}`);
      setStep(first);
      setOld(undefined);
      setBusy(false);
    }
  };
  const onPin = (digits: string) => {
    setFault(undefined);
    if (step === 'old') {
      setOld(digits);
      setStep('new');
    } else if (step === 'new') {
      setFresh(digits);
      setStep('again');
    } else if (digits === fresh) void send(digits);
    else {
      setFault(t('pin.differs'));
      setStep('new');
    }
  };
  return (
    <Card>
      <Stack gap={12}>
        <PinPad key={step} label={t(`pin.ask.${step}`)} busy={busy} fault={fault} onPin={onPin} />
        <p className={`quiet ${styles.small ?? ''}`}>{t('pin.rules')}</p>
        {view.set && (
          <Button size="md" variant="subtle" onClick={onCancel}>
            {t('pin.cancel')}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

function Remove() {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const client = useQueryClient();
  const stepped = useStepped();
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const remove = async () => {
    setAsking(false);
    setState({ busy: true, error: undefined });
    const bodyText = canonical({ payer: identity.payer });
    try {
      await stepped((text) => removePin(identity, text), bodyText, t('pin.removeWhat'));
      await client.invalidateQueries({ queryKey: keys.pin });
    } catch (error) {
      setState({ busy: false, error: error instanceof NotApproved ? undefined : error });
    }
  };
  return (
    <>
      <Button
        size="md"
        variant="subtle"
        loading={state.busy}
        classNames={{ root: styles.remove ?? '' }}
        onClick={() => setAsking(true)}
      >
        {t('pin.remove')}
      </Button>
      {state.error !== undefined && (
        <Notice tone="bad" title={t('freeze.failed')} urgent>
          <p>{messageOf(state.error) ?? t('freeze.unknown')}</p>
        </Notice>
      )}
      {asking && (
        <Confirm
          title={t('pin.removeTitle')}
          act={t('pin.removeAct')}
          busy={state.busy}
          onConfirm={() => void remove()}
          onCancel={() => setAsking(false)}
        >
          <p>{t('pin.removeBody')}</p>
        </Confirm>
      )}
    </>
  );
}
