import { Button, Textarea } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, useAction } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { bindDevice } from '@/api/wallet';
import { checkDigits, joinAddress, parseJoin, type JoinRequest } from '@/domain/join';
import { Camera } from '@/ui/camera/Camera';
import { PictureButton } from '@/ui/camera/PictureButton';
import { readPicture } from '@/ui/camera/reader';
import { Icon } from '@/ui/icons';
import { Card, Notice, Stack } from '@/ui/parts';
import { QrCode } from '@/ui/QrCode';
import { BackTitle } from './BackTitle';
import styles from './security.module.css';

interface Asked {
  readonly request: JoinRequest;
  readonly digits: string;
}

/** A bound device lets a new one in: it shows the wallet's address, reads the request, and a person compares digits. */
export function AddDevicePage() {
  const { t } = useTranslation('security');
  const handed = useRouterState({ select: ({ location }) => location.state.scanned });
  const [asked, setAsked] = useState<Asked>();
  const [wrong, setWrong] = useState<'wallet' | 'text'>();
  const identity = useIdentity();

  const onText = useCallback(
    async (text: string) => {
      const request = parseJoin(text);
      const digits = request && (await checkDigits(request));
      if (request?.payer !== undefined && request.payer !== identity.payer) setWrong('wallet');
      else if (request === undefined || digits === undefined) setWrong('text');
      else {
        setWrong(undefined);
        setAsked({ request, digits });
      }
    },
    [identity.payer],
  );
  useEffect(() => {
    if (handed !== undefined) queueMicrotask(() => void onText(handed));
  }, [handed, onText]);

  return (
    <Stack gap={18}>
      <BackTitle to="/security/devices">{t('add.title')}</BackTitle>
      {asked ? (
        <Decide asked={asked} onAgain={() => setAsked(undefined)} />
      ) : (
        <>
          {wrong !== undefined && <Notice tone="warn" title={t(`add.wrong.${wrong}`)} urgent />}
          <Steps onText={onText} />
        </>
      )}
    </Stack>
  );
}

function Steps({ onText }: { onText: (text: string) => Promise<void> }) {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const address = joinAddress(location.origin, identity.payer);
  const [camera, setCamera] = useState(false);
  const [text, setText] = useState('');
  return (
    <div className={styles.columns}>
      <Card labelledBy="step-1">
        <Stack gap={12}>
          <h2 id="step-1">{t('add.first')}</h2>
          <p className="quiet">{t('add.firstBody')}</p>
          <div className={styles.joinCode}>
            <QrCode text={address} label={t('add.address')} />
          </div>
          <p className="mono">{address}</p>
        </Stack>
      </Card>
      <Card labelledBy="step-2">
        <Stack gap={12}>
          <h2 id="step-2">{t('add.second')}</h2>
          <p className="quiet">{t('add.secondBody')}</p>
          {camera && <Camera onText={onText} paused={false} />}
          {!camera && (
            <Button size="lg" leftSection={<Icon name="scan" />} onClick={() => setCamera(true)}>
              {t('add.camera')}
            </Button>
          )}
          <PictureButton onPicture={(file) => void readPicture(file).then((found) => onText(found ?? ''))} />
          <Textarea
            label={t('add.paste')}
            rows={3}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button size="md" variant="default" disabled={text.trim() === ''} onClick={() => void onText(text)}>
            {t('add.read')}
          </Button>
        </Stack>
      </Card>
    </div>
  );
}

function Decide({ asked: { request, digits }, onAgain }: { asked: Asked; onAgain: () => void }) {
  const { t } = useTranslation('security');
  const identity = useIdentity();
  const [done, setDone] = useState(false);
  const bind = useAction(useCallback(() => bindDevice(identity, request), [identity, request]));
  if (done) {
    return (
      <Notice tone="good" title={t('add.done', { device: request.device_name })} urgent>
        <p>{t('add.doneBody')}</p>
      </Notice>
    );
  }
  return (
    <Card labelledBy="digits-title">
      <Stack gap={14}>
        <h2 id="digits-title">{t('add.compare', { device: request.device_name })}</h2>
        <p className={styles.digits}>{digits}</p>
        <p>{t('add.compareBody')}</p>
        {request.kind === 'shared' && (
          <Notice tone="plain" icon="clock" title={t('add.sharedTitle')}>
            <p>{t('add.sharedBody')}</p>
          </Notice>
        )}
        <Notice tone="warn" title={t('add.warnTitle')}>
          <p>{t('add.warnBody')}</p>
        </Notice>
        {bind.error !== undefined && (
          <Notice tone="bad" title={t('freeze.failed')} urgent>
            <p>{messageOf(bind.error) ?? t('freeze.unknown')}</p>
          </Notice>
        )}
        <Button size="lg" loading={bind.busy} onClick={() => void bind.run().then(setDone)}>
          {t('add.same')}
        </Button>
        <Button size="lg" variant="default" disabled={bind.busy} onClick={onAgain}>
          {t('add.different')}
        </Button>
      </Stack>
    </Card>
  );
}
