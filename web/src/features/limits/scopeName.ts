import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '@/domain/limits';
import type { en } from './texts.en';

type Category = keyof typeof en.categories;

/** A category in words; one this page has no word for stands as it is. */
export function useCategoryName(): (category: string) => string {
  const { t } = useTranslation('limits');
  return useCallback(
    (category) => {
      const names: Readonly<Record<string, string>> = t('categories', { returnObjects: true });
      return names[category as Category] ?? category;
    },
    [t],
  );
}

/** `A day · Gambling`. */
export function useScopeName(): (scope: Scope) => string {
  const { t } = useTranslation('limits');
  const categoryName = useCategoryName();
  return useCallback(
    ({ window, category, channel }) =>
      [
        t(`windows.${window}`),
        ...(category == null ? [] : [categoryName(category)]),
        ...(channel == null ? [] : [t(`channels.${channel}`)]),
      ].join(' · '),
    [t, categoryName],
  );
}
