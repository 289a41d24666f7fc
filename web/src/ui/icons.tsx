/** A small set of line icons drawn on a 24 px grid; always beside words, so hidden from readers of the page. */

const PATHS = {
  home: 'M4 11.5 12 4.5l8 7M6.5 10v9.5h11V10',
  scan: 'M4 8.5V5.5A1.5 1.5 0 0 1 5.5 4h3M15.5 4h3A1.5 1.5 0 0 1 20 5.5v3M20 15.5v3a1.5 1.5 0 0 1-1.5 1.5h-3M8.5 20h-3A1.5 1.5 0 0 1 4 18.5v-3M7 12h10',
  list: 'M8.5 7H20M8.5 12H20M8.5 17H20M4.2 7h.1M4.2 12h.1M4.2 17h.1',
  bell: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10 20.5h4',
  shield: 'M12 3.5 19 6v5.5c0 4.4-2.9 7.4-7 9-4.1-1.6-7-4.6-7-9V6z',
  check: 'M5 12.5 10 17.5 19.5 7.5',
  checkRound: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM8.2 12.3l2.7 2.7 5-5.4',
  warn: 'M12 4 21 19.5H3zM12 10v4.2M12 16.9v.1',
  stop: 'M8.4 3.5h7.2l4.9 4.9v7.2l-4.9 4.9H8.4l-4.9-4.9V8.4zM9 9l6 6M15 9l-6 6',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2',
  question:
    'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .9-1 1.7M12 16.4v.1',
  info: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5M12 7.9v.1',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  unlock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  phone: 'M7.5 3.5h9v17h-9zM11 17.7h2',
  key: 'M14.5 4.5a5 5 0 1 1-3.6 8.5L4.5 19.5v-3h3v-2.6l2-2M15.8 8.2v.1',
  keypad:
    'M6.5 6.5h.1M12 6.5h.1M17.5 6.5h.1M6.5 12h.1M12 12h.1M17.5 12h.1M6.5 17.5h.1M12 17.5h.1M17.5 17.5h.1',
  plus: 'M12 5v14M5 12h14',
  print: 'M7.5 9V4h9v5M7.5 16.5h-3V9h15v7.5h-3M7.5 14h9v6h-9z',
  shop: 'M4.5 9.5 6 4.5h12l1.5 5M4.5 9.5a2.5 2.5 0 0 0 5 0 2.5 2.5 0 0 0 5 0 2.5 2.5 0 0 0 5 0M6 12v7.5h12V12',
  wallet:
    'M4 7.5h14.5a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18zM4 7.5A2 2 0 0 1 6 5h10.5v2.5M16 13.5h.1',
  image: 'M4.5 5.5h15v13h-15zM4.5 15.5l4.5-4 4 3.5 2.5-2 4 3.5M15 9.3h.1',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A farthing is a fourth of a penny: a coin with one quarter struck. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" strokeWidth="3" />
      <path d="M16 16V6.5A9.5 9.5 0 0 1 25.5 16Z" fill="currentColor" />
    </svg>
  );
}
