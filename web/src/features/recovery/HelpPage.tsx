import { Button, TextInput } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, useAction } from '@/api/queries';
import { freezeFor, vouch } from '@/api/recovery';
import { useIdentity } from '@/api/session';
import { deviceIn, helpIn, parseHelp } from '@/domain/help';
import { payerIn } from '@/domain/join';
import { Confirm } from '@/ui/Confirm';
import { Card, Notice, Stack } from '@/ui/parts';
import { QrCode } from '@/ui/QrCode';
import { BackTitle } from './BackTitle';
import styles from './recovery.module.css';

/** For somebody whose trusted contact this wallet is: vouch for their new device, or stop their wallet. */
export function HelpPage() {
  const { t } = useTranslation('recovery');
  const identity = useIdentity();
  const handed = useRouterState({ select: ({ location }) => location.state.scanned });
  const [asked] = useState(() => parseHelp(handed ?? '', location.origin) ?? helpIn(location.hash));
  const [wallet, setWallet] = useState<string>(asked?.payer ?? '');
  const [device, setDevice] = useState<string>(asked?.device ?? '');
  const payer = payerIn(wallet);
  const newDevice = deviceIn(device);
  const freeze = useAction(
    useCallback(async () => {
      if (payer) await freezeFor(identity, payer);
    }, [identity, payer]),
  );
  const speak = useAction(
    useCallback(async () => {
      if (payer && newDevice) await vouch(identity, newDevice, payer);
    }, [identity, payer, newDevice]),
  );
  return (
    <Stack gap={18}>
      <BackTitle>{t('help.title')}</BackTitle>
      <p className="quiet">{t('help.lead')}</p>
      <TextInput
        size="lg"
        label={t('help.wallet')}
        description={t('help.walletHelp')}
        value={wallet}
        spellCheck={false}
        onChange={(event) => setWallet(event.currentTarget.value)}
        error={wallet !== '' && !payer ? t('faults.wallet') : undefined}
      />
      <div className={styles.columns}>
        <Card labelledBy="vouch-title">
          <Stack gap={12}>
            <h2 id="vouch-title">{t('help.vouchTitle')}</h2>
            <p className="quiet">{t('help.vouchLead')}</p>
            <TextInput
              size="lg"
              label={t('help.device')}
              value={device}
              spellCheck={false}
              onChange={(event) => setDevice(event.currentTarget.value)}
              error={device !== '' && !newDevice ? t('faults.device') : undefined}
            />
            <Notice tone="warn" title={t('help.warnTitle')}>
              <p>{t('help.warnBody')}</p>
            </Notice>
            <Act
              act={speak}
              ready={payer !== undefined && newDevice !== undefined}
              name={t('help.vouch')}
              title={t('help.vouchAsk')}
              body={t('help.warnBody')}
            />
          </Stack>
        </Card>
        <Card labelledBy="stop-title">
          <Stack gap={12}>
            <h2 id="stop-title">{t('help.freezeTitle')}</h2>
            <p className="quiet">{t('help.freezeLead')}</p>
            <Act
              act={freeze}
              ready={payer !== undefined}
              name={t('help.freeze')}
              title={t('help.freezeAsk')}
              body={t('help.freezeLead')}
            />
          </Stack>
        </Card>
      </div>
      <Card labelledBy="own-title">
        <Stack gap={12}>
          <h2 id="own-title">{t('help.ownTitle')}</h2>
          <p className="quiet">{t('help.ownLead')}</p>
          <div className={styles.small}>
            <QrCode text={identity.payer} label={t('help.ownTitle')} />
          </div>
          <p className="mono">{identity.payer}</p>
        </Stack>
      </Card>
    </Stack>
  );
}

interface ActProps {
  readonly act: ReturnType<typeof useAction<[]>>;
  readonly ready: boolean;
  readonly name: string;
  readonly title: string;
  readonly body: string;
}

/** The answer is the same for everybody, so the words after it promise nothing. */
function Act({ act, ready, name, title, body }: ActProps) {
  const { t } = useTranslation('recovery');
  const [state, setState] = useState<'ready' | 'asking' | 'heard'>('ready');
  return (
    <>
      <Button size="lg" disabled={!ready} onClick={() => setState('asking')}>
        {name}
      </Button>
      <div role="status">
        {state === 'heard' && (
          <Notice tone="plain" icon="check" title={t('help.heard')}>
            <p>{t('help.heardBody')}</p>
          </Notice>
        )}
      </div>
      {state === 'asking' && (
        <Confirm
          title={title}
          act={name}
          busy={act.busy}
          onCancel={() => setState('ready')}
          onConfirm={() => void act.run().then((done) => done && setState('heard'))}
        >
          <p>{body}</p>
          {act.error !== undefined && (
            <Notice tone="bad" title={t('failed')} urgent>
              <p>{messageOf(act.error) ?? t('unknown')}</p>
            </Notice>
          )}
        </Confirm>
      )}
    </>
  );
}
