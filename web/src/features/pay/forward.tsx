/** For each refusal, the way forward. Matches codes, never sentences. */

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Strength } from '@/api/types';

export interface Forward {
  readonly hint:
    | 'funds'
    | 'frozen'
    | 'expired'
    | 'taken'
    | 'limit'
    | 'changed'
    | 'clock'
    | 'code'
    | 'stepUp'
    | 'waiting'
    | 'other';
  readonly act: 'scan' | 'security' | 'funds' | 'activity' | 'pin' | 'passkey' | 'limits' | 'again';
}

const OTHER: Forward = { hint: 'other', act: 'scan' };
const FORWARD: Readonly<Record<string, Forward>> = {
  'funds.insufficient': { hint: 'funds', act: 'funds' },
  'payer.frozen': { hint: 'frozen', act: 'security' },
  'intent.expired': { hint: 'expired', act: 'scan' },
  'code.expired': { hint: 'expired', act: 'scan' },
  'intent.taken': { hint: 'taken', act: 'activity' },
  'code.above_cap': { hint: 'limit', act: 'scan' },
  'code.revoked': { hint: 'code', act: 'scan' },
  'code.suspended': { hint: 'code', act: 'scan' },
  'code.swap_suspected': { hint: 'code', act: 'scan' },
  'code.unregistered': { hint: 'code', act: 'scan' },
  'policy.payment_limit': { hint: 'limit', act: 'scan' },
  'policy.limit': { hint: 'limit', act: 'limits' },
  'policy.own_limit': { hint: 'limit', act: 'limits' },
  'step_up.not_set_up': { hint: 'stepUp', act: 'pin' },
  'step_up.waiting': { hint: 'waiting', act: 'security' },
  'quote.changed': { hint: 'changed', act: 'again' },
  'proof.stale': { hint: 'clock', act: 'again' },
};

/** `strength` is the check that is missing, if one is. */
export function forwardFor(code: string, strength?: Strength): Forward {
  const forward = FORWARD[code] ?? OTHER;
  return forward.act === 'pin' && strength === 'passkey' ? { ...forward, act: 'passkey' } : forward;
}

const PAGES = {
  scan: '/scan',
  security: '/security',
  funds: '/',
  activity: '/activity',
  pin: '/security/pin',
  passkey: '/security/passkeys',
  limits: '/security/limits',
} as const;

export interface ForwardButtonProps {
  readonly code: string;
  readonly strength?: Strength | undefined;
  readonly onAgain?: () => void;
}

export function ForwardButton({ code, strength, onAgain }: ForwardButtonProps) {
  const { t } = useTranslation('pay');
  const { act } = forwardFor(code, strength);
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
