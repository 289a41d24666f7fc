/** A payment that a rule holds: where the money is, what happens to it and when, and why. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMoments } from './locale';
import { Notice } from './parts';
import { RuleLines, type ShownRule } from './RuleLines';

export interface Wait {
  readonly confirmable: boolean;
  readonly goes_on: boolean;
  readonly until: string;
}

export interface HeldProps {
  readonly wait: Wait;
  readonly rules: readonly ShownRule[] | undefined;
  /** Before it is approved: nothing is set aside yet. */
  readonly ahead?: boolean;
  readonly children?: ReactNode;
}

export function Held({ wait, rules, ahead = false, children }: HeldProps) {
  const { t } = useTranslation('common');
  const moments = useMoments();
  const time = moments.when(wait.until);
  return (
    <Notice tone="warn" icon="clock" title={ahead ? t('held.ahead') : t('held.body')}>
      {ahead && <p>{t('held.aheadBody')}</p>}
      <p>{wait.goes_on ? t('held.goesOn', { time }) : t('held.comesBack', { time })}</p>
      {wait.confirmable && <p>{t('held.confirmable')}</p>}
      <RuleLines rules={rules?.filter(({ outcome }) => outcome === undefined || outcome === 'hold')} />
      {children}
    </Notice>
  );
}
