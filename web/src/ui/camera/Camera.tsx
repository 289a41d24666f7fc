import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts';
import styles from './camera.module.css';
import { frameReader, type Reader } from './reader';

const PAUSE_MS = 120;

type Trouble = 'denied' | 'missing';

/** The camera's picture; `onText` is called with the first code it shows. The camera stops when this leaves the page. */
export function Camera({ onText, paused }: { onText: (text: string) => Promise<void>; paused: boolean }) {
  const { t } = useTranslation('common');
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
      <Notice tone="plain" icon="scan" title={t('camera.noCamera')}>
        <p>{t(`camera.${state}`)}</p>
      </Notice>
    );
  }
  return (
    <figure className={styles.camera} data-live={state === 'live' ? '' : undefined}>
      <video ref={video} muted playsInline aria-label={t('camera.view')} />
      <span className={styles.frame} aria-hidden="true" />
      <figcaption>{state === 'live' ? t('camera.hint') : t('camera.starting')}</figcaption>
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
    const reader = await frameReader();
    try {
      return await firstCode(video, signal, reader.read);
    } finally {
      reader.close();
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function firstCode(
  video: HTMLVideoElement,
  signal: AbortSignal,
  read: Reader['read'],
): Promise<string | undefined> {
  for (;;) {
    if (isAborted(signal)) return undefined;
    const text = video.videoWidth > 0 ? await read(video, video.videoWidth, video.videoHeight) : undefined;
    if (text !== undefined && text !== '') return isAborted(signal) ? undefined : text;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

const isAborted = (signal: AbortSignal) => signal.aborted;
