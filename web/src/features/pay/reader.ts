/**
 * Reading a QR code from a picture or a video frame: by the browser's own detector where there is one,
 * else by the `qr` package, which is plain JavaScript and needs neither WebAssembly nor a weaker policy.
 */

interface Detector {
  detect: (source: CanvasImageSource) => Promise<readonly { rawValue: string }[]>;
}
interface DetectorKind {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
}

export type ReadFrame = (
  source: CanvasImageSource,
  width: number,
  height: number,
) => Promise<string | undefined>;

/** Longest side tried, in pixels: large for dense codes, small for noisy ones. */
const PICTURE_SIDES = [1400, 800, 2400];
const FRAME_SIDE = 960;
const PICTURE_TIME_MS = 400;

export async function readPicture(file: Blob): Promise<string | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  try {
    const native = await nativeDetector();
    const found = native && (await native.detect(bitmap).catch(() => [])).at(0)?.rawValue;
    if (found) return found;
    for (const side of PICTURE_SIDES) {
      const text = await decode(bitmap, bitmap.width, bitmap.height, side, PICTURE_TIME_MS);
      if (text !== undefined) return text;
    }
    return undefined;
  } finally {
    bitmap.close();
  }
}

export async function frameReader(): Promise<ReadFrame> {
  const native = await nativeDetector();
  if (native) return async (source) => (await native.detect(source).catch(() => [])).at(0)?.rawValue;
  return (source, width, height) => decode(source, width, height, FRAME_SIDE);
}

async function nativeDetector(): Promise<Detector | undefined> {
  const kind = (globalThis as { BarcodeDetector?: DetectorKind }).BarcodeDetector;
  const formats = await kind?.getSupportedFormats().catch((): string[] => []);
  return kind && formats?.includes('qr_code') ? new kind({ formats: ['qr_code'] }) : undefined;
}

async function decode(
  source: CanvasImageSource,
  width: number,
  height: number,
  side: number,
  timeLimit?: number,
): Promise<string | undefined> {
  const { default: decodeQR } = await import('qr/decode.js');
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
  try {
    return decodeQR(
      context.getImageData(0, 0, canvas.width, canvas.height),
      timeLimit === undefined ? {} : { timeLimit, effort: 3 },
    );
  } catch {
    return undefined;
  }
}
