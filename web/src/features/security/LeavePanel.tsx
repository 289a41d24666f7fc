import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dropToken } from '@/api/client';
import { isRefusal } from '@/api/errors';
import { messageOf, useUnsettled } from '@/api/queries';
import { useIdentity, useSession } from '@/api/session';
import { endSessions, revokeDevice, revokeText } from '@/api/wallet';
import { Confirm } from '@/ui/Confirm';
import { Notice } from '@/ui/parts';
import styles from './security.module.css';

/** Two ways to leave: for now, the key stays; for good, the device is revoked and the key deleted. */
export function LeavePanel() {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const client = useQueryClient();
  const { keep, leave } = useSession();
  const unsettled = useUnsettled().data ?? [];
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });

  const forgetHere = useCallback(async () => {
    await dropToken();
    sessionStorage.clear();
    client.clear();
  }, [client]);

  const logOut = async () => {
    setState({ busy: true, error: undefined });
    // Logging out never waits for the network: without an answer the token still ends by itself, within minutes.
    await endSessions(identity, identity.device).catch(() => undefined);
    // Logging out of a shared machine revokes it; nothing stays.
    if (identity.kind === 'shared') await leave();
    else await keep({ ...identity, out: true });
    await forgetHere();
  };

  const remove = async () => {
    setState({ busy: true, error: undefined });
    try {
      await revokeDevice(identity, revokeText(identity.device));
    } catch (error) {
      if (!isRefusal(error, 'auth.refused') && !isRefusal(error, 'device.revoked')) {
        setState({ busy: false, error });
        return;
      }
    }
    await leave();
    await forgetHere();
  };

  return (
    <section className={styles.leave} aria-label={t('leave.title')}>
      <Button
        size="lg"
        variant="default"
        fullWidth
        loading={state.busy && !asking}
        onClick={() => void logOut()}
      >
        {t('leave.out')}
      </Button>
      <Button
        size="md"
        variant="subtle"
        fullWidth
        classNames={{ root: styles.remove ?? '' }}
        onClick={() => setAsking(true)}
      >
        {t('leave.remove')}
      </Button>
      {asking && (
        <Confirm
          title={t('leave.removeTitle')}
          act={t('leave.removeAct')}
          busy={state.busy}
          onCancel={() => setAsking(false)}
          onConfirm={() => void remove()}
        >
          <p>{t('leave.removeBody')}</p>
          {unsettled.length > 0 && <Notice tone="warn" title={t('leave.unsettled')} />}
          {state.error !== undefined && (
            <Notice tone="bad" title={t('freeze.failed')} urgent>
              <p>{messageOf(state.error) ?? t('freeze.unknown')}</p>
            </Notice>
          )}
        </Confirm>
      )}
    </section>
  );
}
