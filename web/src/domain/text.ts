/** A bounded line of words that is safe to show, by the same rule as the server's `Text`. */

export const NAME_CHARS_MAX = 40;
export const LINE_CHARS_MAX = 60;

/** Control, bidi, zero-width and other default-ignorable characters, as ranges of code points. */
const UNSAFE: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe0fff],
];

/** Whether a character hides itself, or changes how others are shown. */
export const isUnsafe = (char: string): boolean => {
  const point = char.codePointAt(0) ?? 0;
  return UNSAFE.some(([first, last]) => point >= first && point <= last);
};

export type LineFault = 'empty' | 'too_long' | 'unsafe';

/** Trims `text` and says what is wrong with it, if anything. */
export function checkLine(text: string, max: number): { line: string; fault: LineFault | undefined } {
  const line = text.trim();
  if (line === '') return { line, fault: 'empty' };
  const chars = Array.from(line);
  if (chars.length > max) return { line, fault: 'too_long' };
  return { line, fault: chars.some(isUnsafe) ? 'unsafe' : undefined };
}
