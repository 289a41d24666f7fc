/** Finds and reads a QR code in pixels, off the page's own thread: a hard picture never makes the page wait. */

import decodeQR from 'qr/decode.js';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayBuffer;
  /** Milliseconds to spend on a picture; a frame of a film gets one quick look. */
  readonly timeLimit: number | undefined;
}

addEventListener('message', ({ data: { width, height, data, timeLimit } }: MessageEvent<Pixels>) => {
  let text: string | undefined;
  try {
    text = decodeQR(
      { width, height, data: new Uint8ClampedArray(data) },
      timeLimit === undefined ? {} : { timeLimit, effort: 3 },
    );
  } catch {
    // No code, or none that can be read.
  }
  postMessage(text);
});
