import { Button, TextInput } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { createIntent } from '@/api/merchant';
import { messageOf } from '@/api/queries';
import type { IntentBody, IntentView } from '@/api/types';
import { formatNumber, unitOf } from '@/domain/money';
import { checkLine, LINE_CHARS_MAX } from '@/domain/text';
import { useLocale } from '@/ui/locale';
import { Hidden, Notice } from '@/ui/parts';
import styles from './shop.module.css';

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '00', '0'];
const DIGITS_MAX = 9;
export const LIFE_SECONDS = 120;

export interface AskFormProps {
  readonly apiKey: string;
  readonly currency: string;
  readonly onIntent: (view: IntentView) => void;
}

export function AskForm({ apiKey, currency, onIntent }: AskFormProps) {
  const { t } = useTranslation('shop');
  const [minor, setMinor] = useState(0);
  const [purpose, setPurpose] = useState('');
  const [reference, setReference] = useState('');
  const [asked, setAsked] = useState(false);
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  // One key for one form, so that a lost answer or a second tap makes no second intent.
  const [once] = useState(() => crypto.randomUUID());
  const line = checkLine(purpose, LINE_CHARS_MAX);

  const onSubmit = async (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (minor === 0 || line.fault || state.busy) return;
    setState({ busy: true, error: undefined });
    const body: IntentBody = {
      amount: { currency, minor },
      expires_in_seconds: LIFE_SECONDS,
      purpose: line.line,
    };
    if (reference.trim() !== '') body.reference = reference.trim();
    try {
      onIntent(await createIntent(apiKey, body, `${once}.${minor}`));
    } catch (error) {
      setState({ busy: false, error });
    }
  };

  return (
    <form className={styles.ask} onSubmit={(event) => void onSubmit(event)} noValidate>
      <Hidden>
        <h2>{t('ask.title')}</h2>
      </Hidden>
      <AmountField
        minor={minor}
        currency={currency}
        onMinor={setMinor}
        fault={asked && minor === 0 ? t('ask.faults.amount') : undefined}
      />
      <Keypad minor={minor} onMinor={setMinor} />
      <div className={styles.lines}>
        <TextInput
          size="lg"
          label={t('ask.purpose')}
          placeholder={t('ask.purposeHint')}
          value={purpose}
          onChange={(event) => setPurpose(event.currentTarget.value)}
          error={asked && line.fault ? t(`ask.faults.${line.fault}`) : undefined}
        />
        <TextInput
          size="lg"
          label={t('ask.reference')}
          value={reference}
          maxLength={64}
          onChange={(event) => setReference(event.currentTarget.value)}
        />
        {state.error !== undefined && (
          <Notice tone="warn" title={t('ask.failed')} urgent>
            <p>{messageOf(state.error) ?? t('ask.unknown')}</p>
          </Notice>
        )}
        <Button type="submit" size="xl" loading={state.busy}>
          {t('ask.show')}
        </Button>
      </div>
    </form>
  );
}

interface AmountFieldProps {
  readonly minor: number;
  readonly currency: string;
  readonly onMinor: (minor: number) => void;
  readonly fault: string | undefined;
}

/** Minor units typed from the right, as a till does; `inputMode=none` because the keypad stands below. */
function AmountField({ minor, currency, onMinor, fault }: AmountFieldProps) {
  const { t } = useTranslation('shop');
  const locale = useLocale();
  const unit = unitOf(currency, locale);
  const text = formatNumber({ currency, minor }, locale);
  return (
    <div className={styles.amount}>
      <label htmlFor="shop-amount">{t('ask.amount')}</label>
      <span className={styles.amountLine}>
        {unit.before && <span aria-hidden="true">{unit.text}</span>}
        <input
          id="shop-amount"
          inputMode="none"
          autoComplete="off"
          value={text}
          style={{ width: `${text.length + 0.5}ch` }}
          onChange={(event) => onMinor(read(event.currentTarget.value))}
          aria-invalid={fault !== undefined}
          aria-describedby={fault === undefined ? undefined : 'shop-amount-fault'}
        />
        {!unit.before && <span aria-hidden="true">{unit.text}</span>}
      </span>
      {fault !== undefined && (
        <p id="shop-amount-fault" className={styles.fault}>
          {fault}
        </p>
      )}
    </div>
  );
}

const read = (text: string): number =>
  Number(text.replace(/\D/g, '').replace(/^0+/, '').slice(0, DIGITS_MAX) || '0');

function Keypad({ minor, onMinor }: { minor: number; onMinor: (minor: number) => void }) {
  const { t } = useTranslation('shop');
  return (
    <div className={styles.keypad} role="group" aria-label={t('ask.keypad')}>
      {DIGITS.map((digit) => (
        <button key={digit} type="button" onClick={() => onMinor(read(`${minor}${digit}`))}>
          {digit}
        </button>
      ))}
      <button type="button" aria-label={t('ask.erase')} onClick={() => onMinor(Math.floor(minor / 10))}>
        {'⌫'}
      </button>
    </div>
  );
}
