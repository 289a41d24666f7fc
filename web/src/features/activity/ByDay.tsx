import type { ReactNode } from 'react';
import { useMoments } from '@/ui/locale';
import styles from './activity.module.css';

export interface ByDayProps<T> {
  readonly items: readonly T[];
  readonly at: (item: T) => string;
  readonly render: (item: T) => ReactNode;
}

/** A list in the order given, under a heading for each day. */
export function ByDay<T>({ items, at, render }: ByDayProps<T>) {
  const moments = useMoments();
  const days = new Map<string, T[]>();
  for (const item of items) {
    const day = moments.day(at(item));
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return [...days].map(([day, rows]) => (
    <section key={day} className={styles.day} aria-label={day}>
      <h2>{day}</h2>
      <ul className={styles.list}>{rows.map(render)}</ul>
    </section>
  ));
}
