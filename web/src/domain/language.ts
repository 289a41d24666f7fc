/** Which language a sentence is in, told by its letters: enough to mark it for whoever reads it aloud. */

export type Language = 'ko' | 'ja' | 'zh' | 'th' | 'en';

/** In this order: Japanese and Korean texts hold Chinese characters, too. */
const SCRIPTS: readonly (readonly [Language, RegExp])[] = [
  ['ko', /\p{Script=Hangul}/u],
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['zh', /\p{Script=Han}/u],
  ['th', /\p{Script=Thai}/u],
];

export const languageOf = (text: string): Language =>
  SCRIPTS.find(([, letters]) => letters.test(text))?.[0] ?? 'en';
