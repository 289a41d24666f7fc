import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import {
  beginPasskey,
  canPasskey,
  finishPasskey,
  isDeclined,
  renamePasskey,
  revokePasskey,
} from '@/api/passkeys';
import { keys, messageOf, usePasskeys } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { NotApproved, useStepped } from '@/api/stepUp';
import type { PasskeyView } from '@/api/types';
import { canonical } from '@/domain/jcs';
import { checkLine, NAME_CHARS_MAX } from '@/domain/text';
import { Confirm, Dialog } from '@/ui/Confirm';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Blank, Card, Notice, Stack, Status } from '@/ui/parts';
import { BackTitle } from './BackTitle';
import styles from './security.module.css';

/** Passkeys: a fingerprint or face for one more check, and for signing in on a new device. Alone they never pay. */
export function PasskeysPage() {
  const { t } = useTranslation('security');
  const list = usePasskeys();
  return (
    <Stack gap={16}>
      <BackTitle>{t('passkeys.title')}</BackTitle>
      <p className="quiet">{t('passkeys.lead')}</p>
      {list.isPending && <Blank height={140} />}
      {list.isError && !list.data && (
        <Failure message={messageOf(list.error)} onRetry={() => void list.refetch()} />
      )}
      {list.data && (
        <>
          {list.data.items.length === 0 && <p>{t('passkeys.none')}</p>}
          <ul className={styles.devices} aria-label={t('passkeys.title')}>
            {list.data.items.map((passkey) => (
              <Passkey key={passkey.passkey} passkey={passkey} />
            ))}
          </ul>
        </>
      )}
      {canPasskey() ? <Add /> : <Notice tone="plain" title={t('passkeys.impossible')} />}
    </Stack>
  );
}

type Tried = { readonly busy: boolean; readonly error: unknown };
const READY: Tried = { busy: false, error: undefined };

/** One act on the passkeys; closing a sheet or the browser's window is no error. */
function useAct() {
  const client = useQueryClient();
  const [state, setState] = useState<Tried>(READY);
  const run = async (act: () => Promise<unknown>): Promise<boolean> => {
    setState({ busy: true, error: undefined });
    try {
      await act();
      await client.invalidateQueries({ queryKey: keys.passkeys });
      setState(READY);
      return true;
    } catch (error) {
      setState({ busy: false, error: error instanceof NotApproved || isDeclined(error) ? undefined : error });
      return false;
    }
  };
  return { ...state, run };
}

function Trouble({ error }: { error: unknown }) {
  const { t } = useTranslation('security');
  if (error === undefined) return null;
  return (
    <Notice tone="bad" title={t('freeze.failed')} urgent>
      <p>{messageOf(error) ?? t('passkeys.unknown')}</p>
    </Notice>
  );
}

function Add() {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const stepped = useStepped();
  const [name, setName] = useState(() => t('passkeys.firstName'));
  const [done, setDone] = useState(false);
  const { line, fault } = checkLine(name, NAME_CHARS_MAX);
  const act = useAct();
  const add = () =>
    act.run(async () => {
      const ceremony = await stepped(
        (text) => beginPasskey(identity, text),
        canonical({ name: line }),
        t('passkeys.what', { name: line }),
      );
      await finishPasskey(identity, ceremony);
    });
  return (
    <Card labelledBy="add-passkey">
      <Stack gap={12}>
        <h2 id="add-passkey">{t('passkeys.add')}</h2>
        {done && <Notice tone="good" title={t('passkeys.added')} urgent />}
        <TextInput
          size="lg"
          label={t('passkeys.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fault ? t('passkeys.nameFault') : undefined}
        />
        <Trouble error={act.error} />
        <Button
          size="lg"
          loading={act.busy}
          disabled={fault !== undefined}
          leftSection={<Icon name="key" />}
          onClick={() => void add().then(setDone)}
        >
          {t('passkeys.make')}
        </Button>
      </Stack>
    </Card>
  );
}

function Passkey({ passkey }: { passkey: PasskeyView }) {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  const stepped = useStepped();
  const [open, setOpen] = useState<'rename' | 'remove' | 'replace'>();
  const act = useAct();
  const waits = Date.parse(passkey.usable_from) > serverNow();
  const revoke = () =>
    stepped(
      (text) => revokePasskey(identity, text),
      canonical({ passkey: passkey.passkey }),
      t('passkeys.removeWhat', { name: passkey.name }),
    );
  const remove = () => {
    setOpen(undefined);
    return act.run(revoke);
  };
  const replace = () => {
    setOpen(undefined);
    return act.run(async () => {
      const { name } = passkey;
      const ceremony = await stepped(
        (text) => beginPasskey(identity, text),
        canonical({ name }),
        t('passkeys.what', { name }),
      );
      await finishPasskey(identity, ceremony);
      await revoke();
    });
  };
  return (
    <li>
      <Card>
        <Stack gap={10}>
          <div className={styles.deviceHead}>
            <Icon name="key" size={28} />
            <div>
              <strong>{passkey.name}</strong>
              <p className="quiet">
                {t('passkeys.since', { time: moments.when(passkey.created_at) })}
                {' · '}
                {passkey.last_used_at == null
                  ? t('passkeys.unused')
                  : t('passkeys.used', { time: moments.when(passkey.last_used_at) })}
              </p>
            </div>
            <Status tone="quiet">{passkey.backed_up ? t('passkeys.synced') : t('passkeys.bound')}</Status>
          </div>
          {passkey.flagged && <Notice tone="bad" title={t('passkeys.flagged')} />}
          {waits && (
            <Notice
              tone="warn"
              icon="clock"
              title={t('pin.waits', { time: moments.when(passkey.usable_from) })}
            >
              <p>{t('passkeys.waitsBody')}</p>
            </Notice>
          )}
          <Trouble error={act.error} />
          <div className={styles.devicesActs}>
            <Button size="md" variant="default" onClick={() => setOpen('rename')}>
              {t('passkeys.rename')}
            </Button>
            {canPasskey() && (
              <Button size="md" variant="default" onClick={() => setOpen('replace')}>
                {t('passkeys.replace')}
              </Button>
            )}
            <Button
              size="md"
              variant="subtle"
              loading={act.busy}
              classNames={{ root: styles.remove ?? '' }}
              onClick={() => setOpen('remove')}
            >
              {t('passkeys.remove')}
            </Button>
          </div>
        </Stack>
      </Card>
      {open === 'rename' && <Rename passkey={passkey} onClose={() => setOpen(undefined)} />}
      {open === 'replace' && (
        <Confirm
          title={t('passkeys.replaceTitle', { name: passkey.name })}
          act={t('passkeys.replaceAct')}
          tone="calm"
          busy={act.busy}
          onConfirm={() => void replace()}
          onCancel={() => setOpen(undefined)}
        >
          <p>{t('passkeys.replaceBody')}</p>
        </Confirm>
      )}
      {open === 'remove' && (
        <Confirm
          title={t('passkeys.removeTitle', { name: passkey.name })}
          act={t('passkeys.removeAct')}
          busy={act.busy}
          onConfirm={() => void remove()}
          onCancel={() => setOpen(undefined)}
        >
          <p>{t('passkeys.removeBody')}</p>
        </Confirm>
      )}
    </li>
  );
}

function Rename({ passkey, onClose }: { passkey: PasskeyView; onClose: () => void }) {
  const { t } = useTranslation('security');
  const { t: common } = useTranslation('common');
  const identity = useIdentity();
  const [name, setName] = useState(passkey.name);
  const { line, fault } = checkLine(name, NAME_CHARS_MAX);
  const act = useAct();
  const save = () => act.run(() => renamePasskey(identity, passkey.passkey, line));
  return (
    <Dialog title={t('passkeys.rename')} onClose={onClose}>
      <Stack gap={12}>
        <TextInput
          size="lg"
          label={t('passkeys.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fault ? t('passkeys.nameFault') : undefined}
        />
        <Trouble error={act.error} />
        <Button
          size="lg"
          loading={act.busy}
          disabled={fault !== undefined}
          onClick={() => void save().then((done) => done && onClose())}
        >
          {t('passkeys.save')}
        </Button>
        <Button size="lg" variant="default" onClick={onClose}>
          {common('cancel')}
        </Button>
      </Stack>
    </Dialog>
  );
}
