/** A QR code as one SVG path: error correction M, quiet zone of four modules, black on white in both modes. */

import encodeQR from 'qr';
import { useMemo } from 'react';
import styles from './ui.module.css';

const QUIET = 4;

export function QrCode({ text, label }: { text: string; label: string }) {
  const { side, path } = useMemo(() => draw(text), [text]);
  return (
    <svg
      className={styles.qr}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${side} ${side}`}
      data-payload={text}
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

function draw(text: string): { side: number; path: string } {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET });
  const path = modules
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return { side: modules.length, path };
}
