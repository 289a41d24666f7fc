/** The reader's language, and how moments are written in it. */

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Locale } from '@/domain/money';

export function useLocale(): Locale {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'ko';
}

export interface Moments {
  readonly day: (at: string) => string;
  readonly time: (at: string) => string;
  /** Day and time, for what happened lately. */
  readonly when: (at: string) => string;
  readonly full: (at: string) => string;
}

export function useMoments(): Moments {
  const locale = useLocale();
  return useMemo(() => {
    const shape = (options: Intl.DateTimeFormatOptions) => {
      const format = new Intl.DateTimeFormat(locale === 'ko' ? 'ko-KR' : 'en-GB', options);
      return (at: string) => format.format(new Date(at));
    };
    return {
      day: shape({ month: 'long', day: 'numeric', weekday: 'short' }),
      time: shape({ hour: 'numeric', minute: '2-digit' }),
      when: shape({ month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' }),
      full: shape({
        year: 'numeric',
        month: 'long',
        day: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        second: '2-digit',
      }),
    };
  }, [locale]);
}

/** A payee's registered name in the reader's script first, and in the other script beneath it. */
export function useNames({ name, name_latin }: { name: string; name_latin: string }): {
  first: string;
  second: string | undefined;
} {
  const [first, second] = useLocale() === 'ko' ? [name, name_latin] : [name_latin, name];
  return { first, second: second === first ? undefined : second };
}
