import { languageOf } from '@/domain/language';
import { useLocale } from './locale';

/** Words that come in one language only, such as a law's: marked as such where the reader's is another. */
export function Said({ text }: { text: string }) {
  const language = languageOf(text);
  return useLocale() === language ? text : <span lang={language}>{text}</span>;
}
