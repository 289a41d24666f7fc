/** A clock that re-renders; the moment itself is passed in by the caller. */

import { useEffect, useState } from 'react';

/** `now()` about four times a second until `until`, then once more. */
export function useNow(now: () => number, until: number): number {
  const [at, setAt] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => {
      const next = now();
      setAt(next);
      if (next > until) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [now, until]);
  return at;
}

/** Whole seconds left, written as `1:05`. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
