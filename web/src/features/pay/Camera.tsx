import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/ui/parts';
import styles from './pay.module.css';
import { frameReader } from './reader';

const PAUSE_MS = 120;

type Trouble = 'denied' | 'missing';

/** The camera's picture; `onText` is called with the first code it shows. The camera stops when this leaves the page. */
export function Camera({ onText, paused }: { onText: (text: string) => Promise<void>; paused: boolean }) {
  const { t } = useTranslation('pay');
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'starting' | 'live' | Trouble>('starting');

  useEffect(() => {
    const stop = new AbortController();
    if (!paused && video.current) {
      watch(video.current, stop.signal, () => setState('live'))
        .then((text) => (text === undefined ? undefined : onText(text)))
        .catch((error: unknown) => {
          if (!stop.signal.aborted) setState(isDenied(error) ? 'denied' : 'missing');
        });
    }
    return () => stop.abort();
  }, [onText, paused]);

  if (state === 'denied' || state === 'missing') {
    return (
      <Notice tone="plain" icon="scan" title={t('scan.noCamera')}>
        <p>{t(`scan.${state}`)}</p>
      </Notice>
    );
  }
  return (
    <figure className={styles.camera} data-live={state === 'live' ? '' : undefined}>
      <video ref={video} muted playsInline aria-label={t('scan.view')} />
      <span className={styles.frame} aria-hidden="true" />
      <figcaption>{state === 'live' ? t('scan.hint') : t('scan.starting')}</figcaption>
    </figure>
  );
}

const isDenied = (error: unknown) => error instanceof DOMException && error.name === 'NotAllowedError';

async function watch(
  video: HTMLVideoElement,
  signal: AbortSignal,
  onLive: () => void,
): Promise<string | undefined> {
  // Absent on pages that are not secure.
  const media = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!media) throw new DOMException('no camera', 'NotFoundError');
  const stream = await media.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 } },
    audio: false,
  });
  try {
    if (signal.aborted) return undefined;
    video.srcObject = stream;
    await video.play();
    onLive();
    const read = await frameReader();
    for (;;) {
      if (isAborted(signal)) return undefined;
      const text = video.videoWidth > 0 ? await read(video, video.videoWidth, video.videoHeight) : undefined;
      if (text !== undefined && text !== '') return isAborted(signal) ? undefined : text;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

const isAborted = (signal: AbortSignal) => signal.aborted;
