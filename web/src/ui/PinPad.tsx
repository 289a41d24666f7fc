/** Six digits, by keypad or keyboard, never shown. One field for readers of the page; the keys are for fingers. */

import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './pinpad.module.css';

export const PIN_DIGITS = 6;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

export interface PinPadProps {
  readonly label: string;
  readonly busy: boolean;
  readonly fault?: string | undefined;
  /** Called with six digits; the field is emptied. */
  readonly onPin: (pin: string) => void;
}

export function PinPad({ label, busy, fault, onPin }: PinPadProps) {
  const { t } = useTranslation('common');
  const [pin, setPin] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const [id, faultId] = [useId(), useId()];
  useEffect(() => input.current?.focus({ preventScroll: true }), [label]);

  const take = (text: string) => {
    const digits = text.replace(/\D/g, '').slice(0, PIN_DIGITS);
    if (digits.length < PIN_DIGITS) {
      setPin(digits);
      return;
    }
    setPin('');
    onPin(digits);
  };
  const press = (digit: string) => {
    if (!busy) take(pin + digit);
  };

  return (
    <div className={styles.pad}>
      <label htmlFor={id}>{label}</label>
      <div className={styles.field} data-busy={busy ? '' : undefined}>
        <input
          ref={input}
          id={id}
          type="password"
          // The keys below are the keyboard; a real one works too.
          inputMode="none"
          autoComplete="off"
          value={pin}
          disabled={busy}
          aria-invalid={fault !== undefined}
          aria-describedby={fault === undefined ? undefined : faultId}
          onChange={(event) => take(event.currentTarget.value)}
        />
        <span className={styles.dots} aria-hidden="true">
          {Array.from({ length: PIN_DIGITS }, (_, index) => (
            <span key={index} data-full={index < pin.length || busy ? '' : undefined} />
          ))}
        </span>
      </div>
      <p id={faultId} className={styles.fault} role="alert">
        {fault}
      </p>
      <div className={styles.keys}>
        {KEYS.map((digit) => (
          <button key={digit} type="button" disabled={busy} onClick={() => press(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" disabled={busy || pin === ''} onClick={() => setPin('')}>
          {t('pin.clear')}
        </button>
        <button type="button" disabled={busy} onClick={() => press('0')}>
          {'0'}
        </button>
        <button
          type="button"
          disabled={busy || pin === ''}
          aria-label={t('pin.back')}
          onClick={() => setPin((before) => before.slice(0, -1))}
        >
          {'⌫'}
        </button>
      </div>
    </div>
  );
}
