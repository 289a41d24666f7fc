import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useId, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { keys, messageOf } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { NotApproved, useStepped } from '@/api/stepUp';
import type { LimitsView, OwnLimitView, SetLimitBody } from '@/api/types';
import { setLimit } from '@/api/wallet';
import { canonical } from '@/domain/jcs';
import { CHANNELS, isRise, sameScope, WINDOWS, type Channel, type LimitWindow } from '@/domain/limits';
import { formatAmount, type Amount } from '@/domain/money';
import { Dialog } from '@/ui/Confirm';
import { useLocale } from '@/ui/locale';
import { Choice, Notice, Stack } from '@/ui/parts';
import styles from './limits.module.css';
import { useCategoryName, useScopeName } from './scopeName';

const DIGITS_MAX = 9;

export interface LimitEditorProps {
  readonly view: LimitsView;
  /** Absent for a new one. */
  readonly limit: OwnLimitView | undefined;
  readonly onDone: (words: string) => void;
  readonly onCancel: () => void;
}

/** Lowering works at once. Raising asks for one more check, and waits. */
export function LimitEditor({ view, limit, onDone, onCancel }: LimitEditorProps) {
  const { t } = useTranslation('limits');
  const locale = useLocale();
  const identity = useIdentity();
  const client = useQueryClient();
  const stepped = useStepped();
  const scopeName = useScopeName();
  const [window, setWindow] = useState<LimitWindow>(limit?.window ?? 'day');
  const [category, setCategory] = useState(limit?.category ?? '');
  const [channel, setChannel] = useState<Channel | ''>(limit?.channel ?? '');
  const [digits, setDigits] = useState(limit ? String(limit.amount.minor) : '');
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });

  const scope = { window, ...(category !== '' && { category }), ...(channel !== '' && { channel }) };
  const present = limit ?? view.own.find((one) => sameScope(one, scope));
  const currency = view.payment_limit.currency;
  const wanted: Amount | undefined = digits === '' ? undefined : { currency, minor: Number(digits) };

  const send = async (to: Amount | undefined) => {
    setState({ busy: true, error: undefined });
    const rise = isRise(present?.amount, to);
    const body: SetLimitBody = {
      ...(to && { amount: to }),
      ...scope,
      ...(present && { from: present.amount }),
      payer: identity.payer,
    };
    const what = `${scopeName(scope)} · ${to ? formatAmount(to, locale) : t('edit.none')}`;
    try {
      await stepped((text) => setLimit(identity, text), canonical(body), what);
      await client.invalidateQueries({ queryKey: keys.limits });
      onDone(rise ? t('edit.willRise') : t('edit.holds'));
    } catch (error) {
      // Another device may have changed it meanwhile.
      await client.invalidateQueries({ queryKey: keys.limits });
      setState({ busy: false, error: error instanceof NotApproved ? undefined : error });
    }
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (wanted) void send(wanted);
  };

  return (
    <Dialog title={limit ? scopeName(limit) : t('edit.title')} onClose={onCancel}>
      <form onSubmit={onSubmit} noValidate>
        <Stack gap={14}>
          {!limit && (
            <>
              <Choice
                legend={t('edit.window')}
                name="window"
                value={window}
                options={WINDOWS.map((value) => ({ value, label: t(`windows.${value}`) }))}
                onChange={setWindow}
              />
              <Select
                label={t('edit.category')}
                value={category}
                all={t('edit.everything')}
                options={view.categories}
                onChange={setCategory}
              />
              <Choice
                legend={t('edit.channel')}
                name="channel"
                value={channel}
                options={[
                  { value: '', label: t('edit.everyWay') },
                  ...CHANNELS.map((value) => ({ value, label: t(`channels.${value}`) })),
                ]}
                onChange={setChannel}
              />
            </>
          )}
          <TextInput
            size="lg"
            label={t('edit.amount')}
            description={wanted ? formatAmount(wanted, locale) : t('edit.amountHelp')}
            inputMode="numeric"
            value={digits}
            onChange={(event) => setDigits(event.currentTarget.value.replace(/\D/g, '').slice(0, DIGITS_MAX))}
          />
          {wanted && present && isRise(present.amount, wanted) && (
            <Notice
              tone="warn"
              icon="clock"
              title={t('edit.riseTitle', { count: Math.ceil(view.raise_delay_seconds / 3600) })}
            >
              <p>{t('edit.riseBody')}</p>
            </Notice>
          )}
          {state.error !== undefined && (
            <Notice tone="bad" title={t('edit.failed')} urgent>
              <p>{messageOf(state.error) ?? t('unknown')}</p>
            </Notice>
          )}
          <Button type="submit" size="lg" loading={state.busy} disabled={wanted === undefined}>
            {t('edit.set')}
          </Button>
          {limit && (
            <Button size="md" variant="subtle" disabled={state.busy} onClick={() => void send(undefined)}>
              {t('edit.remove')}
            </Button>
          )}
          <Button size="md" variant="default" disabled={state.busy} onClick={onCancel}>
            {t('edit.cancel')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly all: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

function Select({ label, value, all, options, onChange }: SelectProps) {
  const id = useId();
  const categoryName = useCategoryName();
  return (
    <div className={styles.select}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {categoryName(option)}
          </option>
        ))}
      </select>
    </div>
  );
}
