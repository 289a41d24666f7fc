import { Button, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useRef, useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Verdict } from '@/domain/signedCode';
import { Icon } from '@/ui/icons';
import { Notice, Stack, Title } from '@/ui/parts';
import { Camera } from './Camera';
import { rememberCode, useJudge } from './codes';
import styles from './pay.module.css';
import { readPicture } from './reader';
import { VerdictCard } from './VerdictCard';

export function ScanPage() {
  const { t } = useTranslation('pay');
  const navigate = useNavigate();
  const judge = useJudge();
  const [verdict, setVerdict] = useState<Verdict>();
  const [state, setState] = useState<'ready' | 'checking' | 'nothing'>('ready');

  const onText = useCallback(
    async (text: string) => {
      setState('checking');
      const found = await judge(text);
      if (found.kind === 'trusted') {
        rememberCode(found.code.intent, found.payload);
        await navigate({ to: '/pay/$intent', params: { intent: found.code.intent } });
        return;
      }
      setVerdict(found);
      setState('ready');
    },
    [judge, navigate],
  );

  const onPicture = async (file: File) => {
    setState('checking');
    const text = await readPicture(file);
    if (text === undefined) setState('nothing');
    else await onText(text);
  };

  if (verdict) return <VerdictCard verdict={verdict} onAgain={() => setVerdict(undefined)} />;
  return (
    <Stack gap={18}>
      <Title>{t('scan.title')}</Title>
      <div className={styles.scan}>
        <Camera onText={onText} paused={state === 'checking'} />
        <Stack>
          <div aria-live="polite">
            {state === 'checking' && <Notice tone="plain" icon="clock" title={t('scan.checking')} />}
            {state === 'nothing' && <Notice tone="warn" title={t('scan.nothingFound')} />}
          </div>
          <PictureButton onPicture={onPicture} />
          <Paste onText={onText} />
        </Stack>
      </div>
    </Stack>
  );
}

function PictureButton({ onPicture }: { onPicture: (file: File) => Promise<void> }) {
  const { t } = useTranslation('pay');
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (file) void onPicture(file);
  };
  return (
    <>
      <Button
        size="lg"
        variant="default"
        leftSection={<Icon name="image" />}
        onClick={() => input.current?.click()}
      >
        {t('scan.picture')}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        onChange={onChange}
        aria-label={t('scan.picture')}
      />
    </>
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
