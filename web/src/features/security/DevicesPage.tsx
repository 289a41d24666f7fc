import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { messageOf, refreshWallet, useAction, useDevices, useSessions } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { NotApproved, useStepped } from '@/api/stepUp';
import type { DeviceView, SessionView } from '@/api/types';
import { endSessions, revokeDevice, revokeText } from '@/api/wallet';
import { Confirm } from '@/ui/Confirm';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Blank, Card, Notice, Stack, Status } from '@/ui/parts';
import { BackTitle } from './BackTitle';
import styles from './security.module.css';

/** Every device that may act for this wallet, and where it is logged in. */
export function DevicesPage() {
  const { t } = useTranslation('security');
  const devices = useDevices();
  const sessions = useSessions();
  const identity = useIdentity();
  const all = devices.data?.items ?? [];
  const bound = all
    .filter(({ revoked }) => !revoked)
    .sort((a, b) => Number(b.device === identity.device) - Number(a.device === identity.device));
  const gone = all.filter(({ revoked }) => revoked);
  const live = sessions.data?.items ?? [];
  return (
    <Stack gap={18}>
      <BackTitle>{t('devices.title')}</BackTitle>
      <p className="quiet">{t('devices.lead')}</p>
      {(devices.isPending || sessions.isPending) && <Blank height={180} />}
      {devices.isError && !devices.data && (
        <Failure message={messageOf(devices.error)} onRetry={() => void devices.refetch()} />
      )}
      <ul className={styles.devices} aria-label={t('devices.title')}>
        {bound.map((device) => (
          <Device
            key={device.device}
            device={device}
            sessions={live.filter((session) => session.device === device.device)}
            alone={bound.length === 1}
          />
        ))}
      </ul>
      <div className={styles.devicesActs}>
        <Button
          size="lg"
          variant="default"
          leftSection={<Icon name="plus" />}
          renderRoot={(props) => <Link to="/security/devices/add" {...props} />}
        >
          {t('devices.add')}
        </Button>
        <EndOthers sessions={live} />
        <RevokeOthers devices={bound.filter(({ device }) => device !== identity.device)} />
      </div>
      {gone.length > 0 && <Gone devices={gone} />}
    </Stack>
  );
}

interface DeviceProps {
  readonly device: DeviceView;
  readonly sessions: readonly SessionView[];
  readonly alone: boolean;
}

function Device({ device, sessions, alone }: DeviceProps) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  const here = device.device === identity.device;
  const waiting = Date.parse(device.usable_from) > serverNow();
  return (
    <li>
      <Card>
        <div className={styles.deviceHead}>
          <Icon name="phone" size={28} />
          <div>
            <strong>{device.name}</strong>
            <p className="quiet">
              {t('devices.since', { day: moments.day(device.bound_at) })}
              {' · '}
              {t('devices.tier', { tier: device.tier })}
            </p>
          </div>
          {here && <Status tone="good">{t('devices.here')}</Status>}
          {device.kind === 'shared' && <Status tone="waiting">{t('devices.shared')}</Status>}
        </div>
        {waiting && (
          <Notice
            tone="warn"
            icon="clock"
            title={t('devices.waits', { time: moments.when(device.usable_from) })}
          >
            <p>{t('devices.waitsBody')}</p>
          </Notice>
        )}
        {device.revocable_from != null && <Going device={device} until={device.revocable_from} here={here} />}
        <ul className={styles.sessions} aria-label={t('sessions.of', { device: device.name })}>
          {sessions.length === 0 && <li className="quiet">{t('sessions.none')}</li>}
          {sessions.map((session) => (
            <Session key={session.session} session={session} />
          ))}
        </ul>
        {!here && <Revoke device={device} />}
        {here && alone && <p className={`quiet ${styles.small ?? ''}`}>{t('devices.last')}</p>}
      </Card>
    </li>
  );
}

/** Somebody asked for this device to go, and nothing stronger is set up: it goes after a while, if nobody freezes. */
function Going({ device, until, here }: { device: DeviceView; until: string; here: boolean }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const over = Date.parse(until) <= serverNow();
  return (
    <Notice
      tone={here ? 'bad' : 'warn'}
      icon="clock"
      title={
        over
          ? t('devices.mayGo', { device: device.name })
          : t('devices.goes', { device: device.name, time: moments.when(until) })
      }
    >
      <p>{here ? t('devices.goesHere') : t('devices.goesBody')}</p>
    </Notice>
  );
}

function Session({ session }: { session: SessionView }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  const { device, session: id } = session;
  const end = useAction(useCallback(() => endSessions(identity, device, id), [identity, device, id]));
  const place = session.place === '' ? t('sessions.nowhere') : session.place;
  return (
    <li className={styles.session}>
      <div>
        <span>{t('sessions.last', { time: moments.when(session.last_at) })}</span>
        <span className="quiet">
          {t('sessions.from', { place })}
          {' · '}
          {t('sessions.opened', { time: moments.when(session.opened_at) })}
        </span>
        {end.error !== undefined && (
          <span role="alert" className={styles.fault}>
            {messageOf(end.error) ?? t('freeze.unknown')}
          </span>
        )}
      </div>
      {session.current ? (
        <Status tone="good">{t('sessions.current')}</Status>
      ) : (
        <Button
          size="sm"
          variant="default"
          loading={end.busy}
          aria-label={t('sessions.endThis', { time: moments.when(session.last_at) })}
          onClick={() => void end.run()}
        >
          {t('sessions.end')}
        </Button>
      )}
    </li>
  );
}

function Revoke({ device }: { device: DeviceView }) {
  const { t } = useTranslation('security');
  const [asking, setAsking] = useState(false);
  const { revoke, busy, trouble } = useRevoke();
  return (
    <>
      {trouble}
      <Button
        size="md"
        variant="subtle"
        loading={busy}
        classNames={{ root: styles.remove ?? '' }}
        onClick={() => setAsking(true)}
      >
        {t('devices.remove')}
      </Button>
      {asking && (
        <Confirm
          title={t('devices.removeTitle', { device: device.name })}
          act={t('devices.removeAct')}
          busy={busy}
          onCancel={() => setAsking(false)}
          onConfirm={() => {
            // What is asked for next comes in a sheet of its own.
            setAsking(false);
            void revoke([device]);
          }}
        >
          <p>{t('devices.removeBody')}</p>
        </Confirm>
      )}
    </>
  );
}

/** Revokes devices one after another, each with the check it asks for; stops at the first that fails or is called off. */
function useRevoke() {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const client = useQueryClient();
  const stepped = useStepped();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const revoke = async (devices: readonly DeviceView[]) => {
    setState({ busy: true, error: undefined });
    let error: unknown;
    try {
      for (const { device, name } of devices) {
        const what = t('devices.removeWhat', { device: name });
        await stepped((text) => revokeDevice(identity, text), revokeText(device), what);
      }
    } catch (reason) {
      error = reason instanceof NotApproved ? undefined : reason;
    }
    await refreshWallet(client);
    setState({ busy: false, error });
  };
  const trouble =
    state.error === undefined ? null : (
      <Notice tone="bad" title={t('freeze.failed')} urgent>
        <p>{messageOf(state.error) ?? t('freeze.unknown')}</p>
      </Notice>
    );
  return { revoke, busy: state.busy, trouble };
}

/** All but this browser. Sessions of theirs go with them. */
function RevokeOthers({ devices }: { devices: readonly DeviceView[] }) {
  const { t } = useTranslation('security');
  const [asking, setAsking] = useState(false);
  const { revoke, busy, trouble } = useRevoke();
  if (devices.length < 2) return null;
  return (
    <div>
      {trouble}
      <Button
        size="lg"
        variant="subtle"
        fullWidth
        loading={busy}
        classNames={{ root: styles.remove ?? '' }}
        onClick={() => setAsking(true)}
      >
        {t('devices.removeOthers', { count: devices.length })}
      </Button>
      {asking && (
        <Confirm
          title={t('devices.removeOthersTitle', { count: devices.length })}
          act={t('devices.removeOthersAct')}
          busy={busy}
          onCancel={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void revoke(devices);
          }}
        >
          <ul>
            {devices.map(({ device, name }) => (
              <li key={device}>{name}</li>
            ))}
          </ul>
          <p>{t('devices.removeOthersBody')}</p>
        </Confirm>
      )}
    </div>
  );
}

/** One tap for "this was not me": everything but this very session ends. */
function EndOthers({ sessions }: { sessions: readonly SessionView[] }) {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const [asking, setAsking] = useState(false);
  const others = sessions.filter(({ current }) => !current);
  const end = useAction(
    useCallback(async () => {
      for (const { device, session } of others) await endSessions(identity, device, session);
    }, [identity, others]),
  );
  if (others.length === 0) return null;
  return (
    <>
      <Button size="lg" variant="default" leftSection={<Icon name="stop" />} onClick={() => setAsking(true)}>
        {t('sessions.endOthers', { count: others.length })}
      </Button>
      {asking && (
        <Confirm
          title={t('sessions.endOthersTitle')}
          act={t('sessions.endOthersAct')}
          busy={end.busy}
          onCancel={() => setAsking(false)}
          onConfirm={() => void end.run().then((done) => done && setAsking(false))}
        >
          <p>{t('sessions.endOthersBody')}</p>
          {end.error !== undefined && (
            <Notice tone="bad" title={t('freeze.failed')} urgent>
              <p>{messageOf(end.error) ?? t('freeze.unknown')}</p>
            </Notice>
          )}
        </Confirm>
      )}
    </>
  );
}

function Gone({ devices }: { devices: readonly DeviceView[] }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  return (
    <details className={styles.gone}>
      <summary>{t('devices.gone', { count: devices.length })}</summary>
      <ul>
        {devices.map((device) => (
          <li key={device.device}>
            <span>{device.name}</span>
            <span className="quiet">{t('devices.since', { day: moments.day(device.bound_at) })}</span>
            <Status tone="quiet">{t('devices.revoked')}</Status>
          </li>
        ))}
      </ul>
    </details>
  );
}
