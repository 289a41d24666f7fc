import { Button, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Recovering } from '@/api/keystore';
import { canPasskey } from '@/api/passkeys';
import { messageOf } from '@/api/queries';
import { useSession } from '@/api/session';
import { guessDevice } from '@/domain/deviceName';
import { helpAddress } from '@/domain/help';
import { payerIn } from '@/domain/join';
import { readRecoveryCode } from '@/domain/recoveryCode';
import { checkLine, NAME_CHARS_MAX } from '@/domain/text';
import { Icon, type IconName } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Blank, Card, Notice, Stack, Status, Title } from '@/ui/parts';
import { QrCode } from '@/ui/QrCode';
import { CodeField } from './CodeField';
import styles from './recovery.module.css';
import { useRecover } from './useRecover';

const WEEK_MS = 7 * 86_400_000;

type Flow = ReturnType<typeof useRecover>;

/** The phone is lost: two factors of different kinds bind this browser, which then waits. */
export function RecoverPage() {
  const { t } = useTranslation('recovery');
  const { session } = useSession();
  const flow = useRecover();
  if (session.kind === 'open' || session.kind === 'out') {
    return (
      <div className={styles.plain}>
        <Title>{t('recover.title')}</Title>
        <Notice tone="plain" title={t('recover.already')} />
        <Button size="lg" renderRoot={(props) => <Link to="/" {...props} />}>
          {t('recover.home')}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.plain}>
      <Title>{t('recover.title')}</Title>
      {flow.started === undefined && <Blank height={280} />}
      {flow.started === null && <Begin flow={flow} />}
      {flow.started && <Factors flow={flow} started={flow.started} />}
      <p>
        <Link to="/freeze">{t('freeze.open')}</Link>
      </p>
    </div>
  );
}

function Begin({ flow }: { flow: Flow }) {
  const { t } = useTranslation('recovery');
  const { t: common } = useTranslation('common');
  const [wallet, setWallet] = useState<string>(() => payerIn(location.hash) ?? '');
  const [device, setDevice] = useState(() => common('deviceOn', guessDevice(navigator.userAgent)));
  const [asked, setAsked] = useState(false);
  const payer = payerIn(wallet);
  const { line, fault } = checkLine(device, NAME_CHARS_MAX);
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (payer && !fault) void flow.begin(payer, line);
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap={16}>
        <p className="quiet">{t('recover.lead')}</p>
        <TextInput
          size="lg"
          label={t('wallet')}
          description={t('walletOnPaper')}
          value={wallet}
          spellCheck={false}
          onChange={(event) => setWallet(event.currentTarget.value)}
          error={asked && !payer ? t('faults.wallet') : undefined}
        />
        <TextInput
          size="lg"
          label={t('recover.device')}
          value={device}
          onChange={(event) => setDevice(event.currentTarget.value)}
          error={asked && fault ? t(`faults.${fault}`) : undefined}
        />
        <Notice tone="plain" icon="clock" title={t('recover.afterTitle')}>
          <p>{t('recover.afterBody')}</p>
        </Notice>
        <Trouble error={flow.error} />
        <Button type="submit" size="xl" loading={flow.busy === 'begin'}>
          {t('recover.begin')}
        </Button>
      </Stack>
    </form>
  );
}

function Factors({ flow, started }: { flow: Flow; started: Recovering }) {
  const { t } = useTranslation('recovery');
  const moments = useMoments();
  const has = (factor: Recovering['factors'][number]) => started.factors.includes(factor);
  const until = new Date(Date.parse(started.begunAt) + WEEK_MS).toISOString();
  const address = helpAddress(location.origin, started);
  return (
    <Stack gap={16}>
      <div role="status">
        <Notice
          tone={started.factors.length > 0 ? 'good' : 'plain'}
          icon="shield"
          title={t('recover.count', { count: started.factors.length })}
        >
          <p>
            {started.factors.length > 0
              ? t('recover.oneBody', { time: moments.when(until) })
              : t('recover.noneBody')}
          </p>
        </Notice>
      </div>
      <Trouble error={flow.error} />
      <Factor icon="print" name={t('recover.code')} done={has('printed_code')}>
        <Code flow={flow} />
      </Factor>
      {canPasskey() && (
        <Factor icon="key" name={t('recover.passkey')} done={has('passkey')}>
          <p className="quiet">{t('recover.passkeyBody')}</p>
          <Button
            size="lg"
            variant="default"
            loading={flow.busy === 'passkey'}
            leftSection={<Icon name="key" />}
            onClick={() => void flow.show('passkey')}
          >
            {t('recover.usePasskey')}
          </Button>
        </Factor>
      )}
      <Factor icon="shield" name={t('recover.contact')} done={has('vouched')}>
        <p className="quiet">{t('recover.contactBody')}</p>
        <div className={styles.small}>
          <QrCode text={address} label={t('recover.contactCode')} />
        </div>
        <p className="mono">{started.device}</p>
        <p className="quiet">{t('recover.identityBody')}</p>
        <Button
          size="lg"
          variant="default"
          loading={flow.busy === 'vouched'}
          onClick={() => void flow.show('nothing')}
        >
          {t('recover.look')}
        </Button>
      </Factor>
      <Button size="md" variant="subtle" onClick={() => void flow.stop()}>
        {t('recover.stop')}
      </Button>
    </Stack>
  );
}

function Code({ flow }: { flow: Flow }) {
  const { t } = useTranslation('recovery');
  const [text, setText] = useState('');
  const [asked, setAsked] = useState(false);
  const code = readRecoveryCode(text);
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (code !== undefined) void flow.show({ code });
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap={12}>
        <CodeField value={text} onChange={setText} fault={asked && code === undefined} />
        <Button type="submit" size="lg" variant="default" loading={flow.busy === 'printed_code'}>
          {t('recover.useCode')}
        </Button>
      </Stack>
    </form>
  );
}

interface FactorProps {
  readonly icon: IconName;
  readonly name: string;
  readonly done: boolean;
  readonly children: ReactNode;
}

/** One kind of factor; each counts once. */
function Factor({ icon, name, done, children }: FactorProps) {
  const { t } = useTranslation('recovery');
  return (
    <Card>
      <Stack gap={12}>
        <div className={styles.factorHead}>
          <Icon name={done ? 'checkRound' : icon} />
          <h2>{name}</h2>
          {done && <Status tone="good">{t('recover.accepted')}</Status>}
        </div>
        {!done && children}
      </Stack>
    </Card>
  );
}

function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation('recovery');
  if (error === undefined) return null;
  return (
    <Notice tone="bad" title={t('failed')} urgent>
      <p>{messageOf(error) ?? t('unknown')}</p>
    </Notice>
  );
}
