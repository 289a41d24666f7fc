import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { messageOf, useDevices, useMe, usePin, useRecovery, useSessions } from '@/api/queries';
import { Failure } from '@/ui/Failure';
import { Icon, type IconName } from '@/ui/icons';
import { Blank, Stack, Title } from '@/ui/parts';
import { FreezePanel } from './FreezePanel';
import { LeavePanel } from './LeavePanel';
import styles from './security.module.css';

/** The wallet's safety in one place: what to do at once first, then everything that can be looked at and changed. */
export function SecurityPage() {
  const { t } = useTranslation('security');
  const me = useMe();
  return (
    <Stack gap={20}>
      <Title>{t('title')}</Title>
      {me.isPending && <Blank height={180} />}
      {me.isError && !me.data && <Failure message={messageOf(me.error)} onRetry={() => void me.refetch()} />}
      {me.data && <FreezePanel me={me.data} />}
      <nav aria-label={t('hub.label')}>
        <ul className={styles.hub}>
          <DevicesRow />
          <PinRow />
          <Row to="/security/passkeys" icon="key" name={t('hub.passkeys')} says={t('hub.passkeysSays')} />
          <RecoveryRow />
          <Row to="/security/limits" icon="list" name={t('hub.limits')} says={t('hub.limitsSays')} />
          <Row to="/security/browser" icon="key" name={t('hub.browser')} says={t('hub.browserSays')} />
        </ul>
      </nav>
      <LeavePanel />
    </Stack>
  );
}

function DevicesRow() {
  const { t } = useTranslation('security');
  const devices = useDevices();
  const sessions = useSessions();
  const bound = devices.data?.items.filter(({ revoked }) => !revoked).length;
  const live = sessions.data?.items.length;
  const says =
    bound === undefined || live === undefined
      ? t('hub.devicesSays')
      : `${t('hub.bound', { count: bound })} · ${t('hub.live', { count: live })}`;
  return <Row to="/security/devices" icon="phone" name={t('hub.devices')} says={says} />;
}

function PinRow() {
  const { t } = useTranslation('security');
  const pin = usePin().data;
  const state = pin && (pin.set ? t('hub.pinSet') : t('hub.pinNone'));
  const says = state === undefined ? t('hub.pinSays') : `${state} · ${t('hub.pinSays')}`;
  return <Row to="/security/pin" icon="keypad" name={t('hub.pin')} says={says} />;
}

function RecoveryRow() {
  const { t } = useTranslation('security');
  const view = useRecovery().data;
  const says = view === undefined || view.codes_left > 0 ? t('hub.recoverySays') : t('hub.recoveryNone');
  return <Row to="/security/recovery" icon="print" name={t('hub.recovery')} says={says} />;
}

interface RowProps {
  readonly to:
    | '/security/devices'
    | '/security/pin'
    | '/security/passkeys'
    | '/security/recovery'
    | '/security/limits'
    | '/security/browser';
  readonly icon: IconName;
  readonly name: string;
  readonly says: string;
}

function Row({ to, icon, name, says }: RowProps) {
  return (
    <li>
      <Link to={to} className={styles.hubRow}>
        <span className={styles.hubIcon}>
          <Icon name={icon} />
        </span>
        <span>
          <strong>{name}</strong>
          <span className="quiet">{says}</span>
        </span>
        <Icon name="next" size={20} />
      </Link>
    </li>
  );
}
