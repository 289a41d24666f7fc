/** For each refusal, the way forward. Matches codes, never sentences. */

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export interface Forward {
  readonly hint:
    'funds' | 'frozen' | 'expired' | 'taken' | 'limit' | 'changed' | 'clock' | 'stepUp' | 'waiting' | 'other';
  readonly act: 'scan' | 'security' | 'funds' | 'activity' | 'pin' | 'limits' | 'again';
}

const OTHER: Forward = { hint: 'other', act: 'scan' };
const FORWARD: Readonly<Record<string, Forward>> = {
  'funds.insufficient': { hint: 'funds', act: 'funds' },
  'payer.frozen': { hint: 'frozen', act: 'security' },
  'intent.expired': { hint: 'expired', act: 'scan' },
  'code.expired': { hint: 'expired', act: 'scan' },
  'intent.taken': { hint: 'taken', act: 'activity' },
  'policy.payment_limit': { hint: 'limit', act: 'scan' },
  'policy.limit': { hint: 'limit', act: 'limits' },
  'policy.own_limit': { hint: 'limit', act: 'limits' },
  'step_up.not_set_up': { hint: 'stepUp', act: 'pin' },
  'step_up.waiting': { hint: 'waiting', act: 'security' },
  'quote.changed': { hint: 'changed', act: 'again' },
  'proof.stale': { hint: 'clock', act: 'again' },
};

export const forwardFor = (code: string): Forward => FORWARD[code] ?? OTHER;

const PAGES = {
  scan: '/scan',
  security: '/security',
  funds: '/',
  activity: '/activity',
  pin: '/security/pin',
  limits: '/security/limits',
} as const;

export function ForwardButton({ code, onAgain }: { code: string; onAgain?: () => void }) {
  const { t } = useTranslation('pay');
  const { act } = forwardFor(code);
  if (act === 'again') {
    return (
      <Button size="xl" fullWidth onClick={onAgain}>
        {t('refused.forward.again')}
      </Button>
    );
  }
  return (
    <Button size="xl" fullWidth renderRoot={(props) => <Link to={PAGES[act]} {...props} />}>
      {t(`refused.forward.${act}`)}
    </Button>
  );
}
