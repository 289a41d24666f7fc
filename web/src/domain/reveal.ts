/** Text from a stranger, cut into parts that can be shown: nothing in it hides, and nothing moves its neighbours. */

import type { Span } from './inspection';
import { isUnsafe } from './text';

export interface Part {
  readonly text: string;
  /** Indices of the spans that cover it. */
  readonly marks: readonly number[];
  /**
   * `hidden`: shows nothing or changes how others look, so its number is shown instead. `break`: a line ends here.
   * `foreign`: a letter that is not ASCII, where the reader asked to see those.
   */
  readonly kind: 'plain' | 'hidden' | 'break' | 'foreign';
}

/** A letter bears this many marks; what is piled higher is shown by number. */
const PILE_MAX = 4;

export interface RevealOptions {
  readonly spans?: readonly Span[];
  /** Point out letters that are not ASCII: in an address each of them matters. */
  readonly foreign?: boolean;
}

/** Every character of `text`, in order. A last part without text carries the spans that point behind its end. */
export function reveal(text: string, { spans = [], foreign = false }: RevealOptions = {}): readonly Part[] {
  const chars = Array.from(text);
  const parts: { text: string; marks: readonly number[]; kind: Part['kind'] }[] = [];
  let pile = 0;
  chars.forEach((char, at) => {
    pile = /\p{M}/u.test(char) ? pile + 1 : 0;
    const kind = kindOf(char, pile, foreign);
    const marks = spans.flatMap(({ start, end }, index) => (at >= start && at < end ? [index] : []));
    const last = parts.at(-1);
    if (last?.kind === kind && kind === 'plain' && last.marks.join() === marks.join()) last.text += char;
    else parts.push({ text: char, marks, kind });
  });
  const behind = spans.flatMap(({ start, end }, index) => (start === end ? [index] : []));
  if (behind.length > 0) parts.push({ text: '', marks: behind, kind: 'plain' });
  return parts;
}

function kindOf(char: string, pile: number, foreign: boolean): Part['kind'] {
  if (char === '\n') return 'break';
  if (isUnsafe(char) || pile > PILE_MAX || !char.isWellFormed()) return 'hidden';
  return foreign && char > '\u007e' ? 'foreign' : 'plain';
}

/** `U+202E`. */
export const codePoint = (char: string): string =>
  `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
