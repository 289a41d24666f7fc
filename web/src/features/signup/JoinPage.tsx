import { Button, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { canPasskey, isDeclined, signIn } from '@/api/passkeys';
import { messageOf } from '@/api/queries';
import { useSession } from '@/api/session';
import { payerIn, type SessionKind } from '@/domain/join';
import { checkLine, NAME_CHARS_MAX } from '@/domain/text';
import { Icon } from '@/ui/icons';
import { Choice, Notice, Stack, Title } from '@/ui/parts';
import { QrCode } from '@/ui/QrCode';
import { guessDevice } from '@/domain/deviceName';
import styles from './signup.module.css';
import { useJoin } from './useJoin';

/** A new browser asks a device that is already bound to let it in. */
export function JoinPage() {
  const { t } = useTranslation('signup');
  const { session } = useSession();
  if (session.kind === 'open' || session.kind === 'out') {
    return (
      <Stack>
        <Title>{t('join.title')}</Title>
        <Notice tone="plain" title={t('join.already')} />
        <Button size="lg" renderRoot={(props) => <Link to="/" {...props} />}>
          {t('join.home')}
        </Button>
      </Stack>
    );
  }
  return <Join />;
}

function Join() {
  const { t } = useTranslation('signup');
  const { t: common } = useTranslation('common');
  const [wallet, setWallet] = useState(() => payerIn(location.hash) ?? '');
  const [device, setDevice] = useState(() => common('deviceOn', guessDevice(navigator.userAgent)));
  const [kind, setKind] = useState<SessionKind>('own');
  const [asked, setAsked] = useState(false);
  const join = useJoin();
  const payer = payerIn(wallet);
  const { line, fault } = checkLine(device, NAME_CHARS_MAX);
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (payer && !fault) void join.start(payer, line, kind);
  };
  return (
    <div className={styles.join}>
      <Title>{t('join.title')}</Title>
      {join.shown === undefined ? (
        <form onSubmit={onSubmit} noValidate>
          <Stack gap={18}>
            <TextInput
              size="lg"
              label={t('device')}
              description={t('deviceHelp')}
              value={device}
              onChange={(event) => setDevice(event.currentTarget.value)}
              error={asked && fault ? t(`faults.${fault}`) : undefined}
            />
            <div>
              <Choice
                legend={t('join.whose')}
                name="kind"
                value={kind}
                options={[
                  { value: 'own', label: t('join.own') },
                  { value: 'shared', label: t('join.shared') },
                ]}
                onChange={setKind}
              />
              <p className={`quiet ${styles.small ?? ''}`}>
                {kind === 'own' ? t('join.ownBody') : t('join.sharedBody')}
              </p>
            </div>
            {canPasskey() && <ByPasskey deviceName={fault ? undefined : line} kind={kind} />}
            <p className="quiet">{t('join.lead')}</p>
            <TextInput
              size="lg"
              label={t('join.wallet')}
              description={t('join.walletHelp')}
              value={wallet}
              onChange={(event) => setWallet(event.currentTarget.value)}
              error={asked && !payer ? t('join.walletFault') : undefined}
              spellCheck={false}
            />
            {join.error !== undefined && (
              <Notice tone="warn" title={t('join.failed')} urgent>
                <p>{messageOf(join.error) ?? t('unknownBody')}</p>
              </Notice>
            )}
            <Button type="submit" size="xl" loading={join.busy}>
              {t('join.ask')}
            </Button>
          </Stack>
        </form>
      ) : (
        <Stack gap={16}>
          <p>{t('join.show')}</p>
          <div className={styles.joinCode}>
            <QrCode text={join.shown.text} label={t('join.code')} />
          </div>
          <div className={styles.digits}>
            <span className="quiet">{t('join.digits')}</span>
            <strong>{join.shown.digits}</strong>
          </div>
          <p className="quiet" role="status">
            {t('join.waiting')}
          </p>
          <Button
            size="md"
            variant="default"
            onClick={() => void navigator.clipboard.writeText(join.shown?.text ?? '')}
          >
            {t('join.copy')}
          </Button>
        </Stack>
      )}
    </div>
  );
}

/** A passkey that was made for the wallet lets this browser in, with a key of its own. */
function ByPasskey({ deviceName, kind }: { deviceName: string | undefined; kind: SessionKind }) {
  const { t } = useTranslation('signup');
  const { keep } = useSession();
  const navigate = useNavigate();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const enter = async () => {
    if (deviceName === undefined) return;
    setState({ busy: true, error: undefined });
    try {
      await keep(await signIn(deviceName, kind));
      await navigate({ to: '/', replace: true });
    } catch (error) {
      setState({ busy: false, error: isDeclined(error) ? undefined : error });
    }
  };
  return (
    <Stack gap={10}>
      <p className="quiet">{t('join.passkeyBody')}</p>
      {state.error !== undefined && (
        <Notice tone="warn" title={t('join.failed')} urgent>
          <p>{messageOf(state.error) ?? t('unknownBody')}</p>
        </Notice>
      )}
      <Button size="xl" loading={state.busy} leftSection={<Icon name="key" />} onClick={() => void enter()}>
        {t('join.passkey')}
      </Button>
      <Button size="md" variant="subtle" renderRoot={(props) => <Link to="/recover" {...props} />}>
        {t('lost')}
      </Button>
      <h2>{t('join.or')}</h2>
    </Stack>
  );
}
