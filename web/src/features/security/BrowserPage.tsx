import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useTrustedKeys } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { thumbprint } from '@/domain/proof';
import { useMoments } from '@/ui/locale';
import { Card, Fact, Facts, Notice, Stack } from '@/ui/parts';
import { BackTitle } from './BackTitle';
import { RotatePanel } from './RotatePanel';
import styles from './security.module.css';

/** What this browser holds, and what no browser can see. */
export function BrowserPage() {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  const print = useQuery({
    queryKey: ['thumbprint', identity.jwk.x],
    queryFn: () => thumbprint(identity.jwk),
  });
  const trusted = useTrustedKeys().data;
  const kept = trusted?.kind === 'trusted' ? trusted.kept : undefined;
  return (
    <Stack gap={16}>
      <BackTitle>{t('held.title')}</BackTitle>
      <p className="quiet">{t('held.lead')}</p>
      <Card>
        <Stack gap={12}>
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
      {identity.kind !== 'shared' && <RotatePanel />}
    </Stack>
  );
}
