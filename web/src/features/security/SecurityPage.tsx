import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { messageOf, useDevices, useMe, useTrustedKeys } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { DeviceView } from '@/api/types';
import { thumbprint } from '@/domain/proof';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Blank, Card, Fact, Facts, Notice, Stack, Status, Title } from '@/ui/parts';
import { FreezePanel } from './FreezePanel';
import styles from './security.module.css';

export function SecurityPage() {
  const { t } = useTranslation('security');
  const me = useMe();
  return (
    <Stack gap={20}>
      <Title>{t('title')}</Title>
      {me.isPending && <Blank height={180} />}
      {me.isError && !me.data && <Failure message={messageOf(me.error)} onRetry={() => void me.refetch()} />}
      {me.data && <FreezePanel me={me.data} />}
      <div className={styles.columns}>
        <Devices />
        <Held />
      </div>
    </Stack>
  );
}

function Devices() {
  const { t } = useTranslation('security');
  const devices = useDevices();
  return (
    <Card labelledBy="devices-title">
      <Stack gap={8}>
        <h2 id="devices-title">{t('devices.title')}</h2>
        {devices.isPending && <Blank height={64} />}
        {devices.isError && (
          <Failure message={messageOf(devices.error)} onRetry={() => void devices.refetch()} />
        )}
        <ul>
          {devices.data?.items.map((device) => (
            <Device key={device.device} device={device} />
          ))}
        </ul>
      </Stack>
    </Card>
  );
}

function Device({ device }: { device: DeviceView }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  return (
    <li className={styles.device}>
      <Icon name="phone" />
      <div>
        <strong>{device.name}</strong>
        <p className="quiet">
          {t('devices.since', { day: moments.day(device.bound_at) })}
          {' · '}
          {t('devices.tier', { tier: device.tier })}
        </p>
        <p className="mono quiet">{device.key.slice(0, 16)}</p>
      </div>
      {device.revoked && <Status tone="quiet">{t('devices.revoked')}</Status>}
      {device.device === identity.device && <Status tone="good">{t('devices.here')}</Status>}
    </li>
  );
}

function Held() {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  const print = useQuery({
    queryKey: ['thumbprint', identity.device],
    queryFn: () => thumbprint(identity.jwk),
  });
  const trusted = useTrustedKeys().data;
  const kept = trusted?.kind === 'trusted' ? trusted.kept : undefined;
  return (
    <Card labelledBy="held-title">
      <Stack gap={10}>
        <h2 id="held-title">{t('held.title')}</h2>
        <p className="quiet">{t('held.lead')}</p>
        {trusted?.kind === 'untrusted' && (
          <Notice tone="bad" title={t('held.badRoot')} urgent>
            <p>{t('held.badRootBody')}</p>
          </Notice>
        )}
        <Facts>
          <Fact name={t('held.key')}>
            {t('held.keyValue')}
            <span className={styles.below}>{print.data?.slice(0, 16)}</span>
          </Fact>
          <Fact name={t('held.payer')} long>
            <span className="mono">{identity.payer}</span>
          </Fact>
          <Fact name={t('held.device')} long>
            <span className="mono">{identity.device}</span>
          </Fact>
          <Fact name={t('held.root')} long>
            <span className="mono">{kept?.pin.root ?? t('held.none')}</span>
          </Fact>
          <Fact name={t('held.sequence')}>
            {kept
              ? t('held.sequenceValue', {
                  number: kept.pin.sequence,
                  until: moments.day(kept.keys.set.expires_at),
                })
              : t('held.none')}
          </Fact>
        </Facts>
        <Notice tone="plain" title={t('held.unseenTitle')}>
          <p>{t('held.unseen')}</p>
        </Notice>
      </Stack>
    </Card>
  );
}
