/**
 * Reading a QR code from a picture or a video frame: by the browser's own detector where there is one,
 * else by the `qr` package in a worker, which is plain JavaScript and needs neither WebAssembly nor a weaker policy.
 */

import type { Pixels } from './reader.worker';

interface Detector {
  detect: (source: CanvasImageSource) => Promise<readonly { rawValue: string }[]>;
}
interface DetectorKind {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
}

export interface Reader {
  readonly read: (source: CanvasImageSource, width: number, height: number) => Promise<string | undefined>;
  readonly close: () => void;
}

/** Longest side tried, in pixels: large for dense codes, small for noisy ones. */
const PICTURE_SIDES = [1400, 800, 2400];
const PICTURE_BYTES_MAX = 25_000_000;
const FRAME_SIDE = 960;
const PICTURE_TIME_MS = 400;
/** A worker that has not answered by then is ended. */
const ANSWER_MS_MAX = 5_000;

export async function readPicture(file: Blob): Promise<string | undefined> {
  const bitmap =
    file.size > PICTURE_BYTES_MAX ? undefined : await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  const decoder = new Decoder();
  try {
    const native = await nativeDetector();
    const found = native && (await native.detect(bitmap).catch(() => [])).at(0)?.rawValue;
    if (found) return found;
    for (const side of PICTURE_SIDES) {
      const pixels = pixelsOf(bitmap, bitmap.width, bitmap.height, side, PICTURE_TIME_MS);
      const text = pixels && (await decoder.decode(pixels));
      if (text !== undefined) return text;
    }
    return undefined;
  } finally {
    decoder.close();
    bitmap.close();
  }
}

export async function frameReader(): Promise<Reader> {
  const native = await nativeDetector();
  if (native) {
    const read: Reader['read'] = async (source) =>
      (await native.detect(source).catch(() => [])).at(0)?.rawValue;
    return { read, close: () => undefined };
  }
  const decoder = new Decoder();
  const read: Reader['read'] = async (source, width, height) => {
    const pixels = pixelsOf(source, width, height, FRAME_SIDE);
    return pixels && decoder.decode(pixels);
  };
  return { read, close: () => decoder.close() };
}

async function nativeDetector(): Promise<Detector | undefined> {
  const kind = (globalThis as { BarcodeDetector?: DetectorKind }).BarcodeDetector;
  const formats = await kind?.getSupportedFormats().catch((): string[] => []);
  return kind && formats?.includes('qr_code') ? new kind({ formats: ['qr_code'] }) : undefined;
}

/** One worker, one picture at a time. */
class Decoder {
  #worker: Worker | undefined;

  decode(pixels: Pixels): Promise<string | undefined> {
    const worker = (this.#worker ??= new Worker(new URL('./reader.worker.ts', import.meta.url), {
      type: 'module',
    }));
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.close();
        resolve(undefined);
      }, ANSWER_MS_MAX);
      const answer = (text: string | undefined) => {
        clearTimeout(timer);
        resolve(text);
      };
      worker.onmessage = ({ data }: MessageEvent<string | undefined>) => answer(data);
      worker.onerror = () => {
        this.close();
        answer(undefined);
      };
      worker.postMessage(pixels, [pixels.data]);
    });
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}

function pixelsOf(
  source: CanvasImageSource,
  width: number,
  height: number,
  side: number,
  timeLimit?: number,
): Pixels | undefined {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  // A picture may be transparent; a code is read against white paper.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, data: data.buffer, timeLimit };
}
