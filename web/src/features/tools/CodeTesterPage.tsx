import { Button, Textarea } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { useCallback, useEffect, useState, type ClipboardEvent, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { inspectText } from '@/api/inspection';
import { messageOf } from '@/api/queries';
import { charsOf, SCANNED_CHARS_MAX, type Inspection } from '@/domain/inspection';
import { useLocale } from '@/ui/locale';
import { Camera } from '@/ui/camera/Camera';
import { PictureButton } from '@/ui/camera/PictureButton';
import { readPicture } from '@/ui/camera/reader';
import { Icon } from '@/ui/icons';
import { Notice, Row, Stack, Title } from '@/ui/parts';
import { EXAMPLES, type Example } from './examples';
import { Report } from './Report';
import styles from './tools.module.css';

type State =
  | { readonly kind: 'ready' | 'reading' | 'no_code' }
  | { readonly kind: 'too_long'; readonly count: number }
  | { readonly kind: 'failed'; readonly message: string | undefined }
  | { readonly kind: 'read'; readonly text: string; readonly inspection: Inspection };

/** Anybody may see what is in a code. Nothing is kept, and nothing the code names is ever called. */
export function CodeTesterPage() {
  const { t } = useTranslation('tools');
  const { t: common } = useTranslation('common');
  const handed = useRouterState({ select: ({ location }) => location.state.scanned });
  const [text, setText] = useState(handed ?? '');
  const [camera, setCamera] = useState(false);
  const [state, setState] = useState<State>({ kind: 'ready' });

  const check = useCallback(async (payload: string) => {
    const count = charsOf(payload);
    if (count > SCANNED_CHARS_MAX) {
      setState({ kind: 'too_long', count });
      return;
    }
    setState({ kind: 'reading' });
    try {
      setState({ kind: 'read', text: payload, inspection: await inspectText(payload) });
    } catch (error) {
      setState({ kind: 'failed', message: messageOf(error) });
    }
  }, []);
  const onText = useCallback(
    async (payload: string) => {
      setCamera(false);
      setText(payload);
      await check(payload);
    },
    [check],
  );
  const onPicture = (file: File) => {
    setState({ kind: 'reading' });
    void readPicture(file).then((found) =>
      found === undefined ? setState({ kind: 'no_code' }) : onText(found),
    );
  };
  useEffect(() => {
    if (handed !== undefined) queueMicrotask(() => void check(handed));
  }, [handed, check]);

  const onPaste = (event: ClipboardEvent) => {
    const file = pictureIn(event.clipboardData);
    if (file) {
      event.preventDefault();
      onPicture(file);
    }
  };
  const onDrop = (event: DragEvent) => {
    const file = pictureIn(event.dataTransfer);
    if (file) {
      event.preventDefault();
      onPicture(file);
    }
  };

  return (
    <Stack gap={20}>
      <header className={styles.intro}>
        <Title>{t('title')}</Title>
        <p>{t('lead')}</p>
      </header>
      <div className={styles.tester}>
        <form
          className={styles.input}
          onSubmit={(event) => {
            event.preventDefault();
            void check(text);
          }}
          onPaste={onPaste}
          onDrop={onDrop}
          onDragOver={(event) => event.preventDefault()}
        >
          {camera && <Camera onText={onText} paused={false} />}
          <Textarea
            label={t('input.label')}
            description={t('input.help')}
            rows={5}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            classNames={{ input: styles.area ?? '' }}
          />
          <Button type="submit" size="lg" disabled={text === ''} loading={state.kind === 'reading'}>
            {t('input.check')}
          </Button>
          <Row>
            <PictureButton onPicture={onPicture} />
            <Button
              size="lg"
              variant="default"
              leftSection={<Icon name="scan" />}
              onClick={() => setCamera((on) => !on)}
            >
              {camera ? t('input.cameraOff') : t('input.camera')}
            </Button>
          </Row>
          <Examples onChoose={(example) => void onText(EXAMPLES[example])} />
          <Notice tone="plain" icon="shield" title={t('privateTitle')}>
            <p>{t('private')}</p>
          </Notice>
        </form>
        <div className={styles.result} aria-live="polite">
          {state.kind === 'reading' && <p className="quiet">{t('input.checking')}</p>}
          {state.kind === 'no_code' && <Notice tone="warn" title={common('camera.nothingFound')} />}
          {state.kind === 'too_long' && <TooLong count={state.count} />}
          {state.kind === 'failed' && (
            <Notice tone="warn" title={t('failed')}>
              <p>{state.message ?? common('notKnown.body')}</p>
            </Notice>
          )}
          {state.kind === 'read' && (
            <Report key={state.text} text={state.text} inspection={state.inspection} />
          )}
        </div>
      </div>
    </Stack>
  );
}

function TooLong({ count }: { count: number }) {
  const { t } = useTranslation('tools');
  const locale = useLocale();
  return (
    <Notice tone="warn" title={t('tooLong.title')}>
      <p>{t('tooLong.body', { characters: new Intl.NumberFormat(locale).format(count) })}</p>
    </Notice>
  );
}

function Examples({ onChoose }: { onChoose: (example: Example) => void }) {
  const { t } = useTranslation('tools');
  return (
    <div className={styles.examples} role="group" aria-label={t('input.examples')}>
      <span className="quiet">{t('input.examples')}</span>
      <ul>
        {(Object.keys(EXAMPLES) as Example[]).map((example) => (
          <li key={example}>
            <button type="button" onClick={() => onChoose(example)}>
              {t(`examples.${example}`)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const pictureIn = ({ files }: DataTransfer): File | undefined =>
  Array.from(files).find(({ type }) => type.startsWith('image/'));
