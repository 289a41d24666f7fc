/** A rule of law or terms, in the words its reader can read. */

import type { Locale } from './money';

export interface Wording {
  readonly say: string;
  readonly law: string;
  readonly article: string;
}

/** A rule as the server tells it: in its pack's own language, and in those the pack was translated into. */
export interface Ruling {
  readonly say: string;
  readonly citation?: { readonly law: string; readonly article: string };
  readonly texts?: Readonly<Record<string, Wording>>;
}

/** In the reader's language where the pack has it, else as the pack itself says it. */
export function wordsOf({ say, citation, texts }: Ruling, locale: Locale): Wording {
  const words = texts?.[locale] ?? { say, law: citation?.law ?? '', article: citation?.article ?? '' };
  // Packs write their sentences small; here each stands by itself.
  return { ...words, say: words.say.charAt(0).toUpperCase() + words.say.slice(1) };
}

/** `전자금융거래법 제23조`; empty where there is nothing behind a rule. */
export const placeOf = ({ law, article }: Wording): string =>
  [law, article].filter((part) => part !== '').join(' ');
