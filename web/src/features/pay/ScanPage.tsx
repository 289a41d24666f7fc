import { Button, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseHelp } from '@/domain/help';
import { isJoinText } from '@/domain/join';
import { Camera } from '@/ui/camera/Camera';
import { PictureButton } from '@/ui/camera/PictureButton';
import { readPicture } from '@/ui/camera/reader';
import { Notice, Stack, Title } from '@/ui/parts';
import { intentOfLink, rememberCode, useJudge, type Found } from './codes';
import { InspectedCard } from './InspectedCard';
import styles from './pay.module.css';
import { PlaceConsent } from './PlaceConsent';
import { VerdictCard } from './VerdictCard';

export function ScanPage() {
  const { t } = useTranslation('pay');
  const { t: common } = useTranslation('common');
  const navigate = useNavigate();
  const judge = useJudge();
  const [verdict, setVerdict] = useState<Found>();
  const [state, setState] = useState<'ready' | 'checking' | 'nothing'>('ready');

  const onText = useCallback(
    async (text: string) => {
      if (isJoinText(text)) {
        await navigate({
          to: '/security/devices/add',
          state: (before) => ({ ...before, scanned: text }),
        });
        return;
      }
      if (parseHelp(text, location.origin)) {
        await navigate({ to: '/security/help', state: (before) => ({ ...before, scanned: text }) });
        return;
      }
      setState('checking');
      const found = await judge(text);
      if (found.kind === 'sticker') {
        const { serial } = found.sticker;
        rememberCode(serial, found.payload);
        await navigate({ to: '/pay/sticker/$serial', params: { serial } });
        return;
      }
      if (found.kind === 'trusted') rememberCode(found.code.intent, found.payload);
      const intent = found.kind === 'trusted' ? found.code.intent : intentOfLink(found);
      if (intent !== undefined) {
        await navigate({ to: '/pay/$intent', params: { intent } });
        return;
      }
      setVerdict(found);
      setState('ready');
    },
    [judge, navigate],
  );

  const onPicture = async (file: File): Promise<void> => {
    setState('checking');
    const text = await readPicture(file);
    if (text === undefined) setState('nothing');
    else await onText(text);
  };

  if (verdict?.kind === 'inspected')
    return <InspectedCard found={verdict} onAgain={() => setVerdict(undefined)} />;
  if (verdict) return <VerdictCard verdict={verdict} onAgain={() => setVerdict(undefined)} />;
  return (
    <Stack gap={18}>
      <Title>{t('scan.title')}</Title>
      <div className={styles.scan}>
        <Camera onText={onText} paused={state === 'checking'} />
        <Stack>
          <div aria-live="polite">
            {state === 'checking' && <Notice tone="plain" icon="clock" title={t('scan.checking')} />}
            {state === 'nothing' && <Notice tone="warn" title={common('camera.nothingFound')} />}
          </div>
          <PictureButton onPicture={(file) => void onPicture(file)} />
          <Paste onText={onText} />
          <PlaceConsent />
        </Stack>
      </div>
    </Stack>
  );
}

function Paste({ onText }: { onText: (text: string) => Promise<void> }) {
  const { t } = useTranslation('pay');
  const [text, setText] = useState('');
  return (
    <details className={styles.paste}>
      <summary>{t('scan.paste')}</summary>
      <Stack gap={10}>
        <Textarea
          label={t('scan.pasteLabel')}
          rows={4}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
        />
        <Button size="md" disabled={text.trim() === ''} onClick={() => void onText(text)}>
          {t('scan.check')}
        </Button>
      </Stack>
    </details>
  );
}
