import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, refreshWallet } from '@/api/queries';
import { rotateKey } from '@/api/rotate';
import { useIdentity, useSession } from '@/api/session';
import { NotApproved, useStepped } from '@/api/stepUp';
import { Confirm } from '@/ui/Confirm';
import { Icon } from '@/ui/icons';
import { Card, Notice, Stack } from '@/ui/parts';

/** Another signing key for this browser. */
export function RotatePanel() {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const { keep } = useSession();
  const client = useQueryClient();
  const stepped = useStepped();
  const [asking, setAsking] = useState(false);
  const [state, setState] = useState<{ busy: boolean; done: boolean; error: unknown }>({
    busy: false,
    done: false,
    error: undefined,
  });
  const rotate = async () => {
    setAsking(false);
    setState({ busy: true, done: false, error: undefined });
    try {
      await keep(await rotateKey(identity, (act, bodyText) => stepped(act, bodyText, t('rotate.what'))));
      await refreshWallet(client);
      setState({ busy: false, done: true, error: undefined });
    } catch (error) {
      setState({ busy: false, done: false, error: error instanceof NotApproved ? undefined : error });
    }
  };
  return (
    <Card labelledBy="rotate-title">
      <Stack gap={12}>
        <h2 id="rotate-title">{t('rotate.title')}</h2>
        <p className="quiet">{t('rotate.lead')}</p>
        {state.done && <Notice tone="good" title={t('rotate.done')} urgent />}
        {state.error !== undefined && (
          <Notice tone="bad" title={t('freeze.failed')} urgent>
            <p>{messageOf(state.error) ?? t('freeze.unknown')}</p>
          </Notice>
        )}
        <Button
          size="lg"
          variant="default"
          loading={state.busy}
          leftSection={<Icon name="key" />}
          onClick={() => setAsking(true)}
        >
          {t('rotate.open')}
        </Button>
      </Stack>
      {asking && (
        <Confirm
          title={t('rotate.ask')}
          act={t('rotate.act')}
          tone="calm"
          busy={state.busy}
          onCancel={() => setAsking(false)}
          onConfirm={() => void rotate()}
        >
          <p>{t('rotate.body')}</p>
        </Confirm>
      )}
    </Card>
  );
}
