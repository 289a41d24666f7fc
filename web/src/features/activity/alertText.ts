/** An alert in words. A kind this page does not know yet is still told, in general words. */

import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlertView } from '@/api/types';
import type { IconName } from '@/ui/icons';
import type { en } from './texts.en';

type Kind = keyof typeof en.alerts.kinds;

const KINDS: Readonly<Record<string, Kind>> = {
  'payment.captured': 'payment_captured',
  'payment.authorized': 'payment_authorized',
  'payment.held': 'payment_held',
  'payment.refused': 'payment_refused',
  'payment.voided': 'payment_voided',
  'payment.expired': 'payment_expired',
  'payment.refunded': 'payment_refunded',
  'payment.reported': 'payment_reported',
  'payer.opened': 'payer_opened',
  'payer.frozen': 'payer_frozen',
  'payer.unfrozen': 'payer_unfrozen',
  'payer.unfreeze_requested': 'payer_unfreeze_requested',
  'payer.funded': 'wallet_funded',
  'device.bound': 'device_bound',
  'device.revoked': 'device_revoked',
  'session.opened': 'session_opened',
  'session.ended': 'session_ended',
  'session.refresh_reused': 'session_reused',
  'passkey.added': 'passkey_added',
  'passkey.revoked': 'passkey_revoked',
  'passkey.cloned': 'passkey_cloned',
  'recovery.printed': 'recovery_printed',
  'contact.added': 'contact_added',
  'contact.removed': 'contact_removed',
  'recovery.begun': 'recovery_begun',
  'recovery.vouched': 'recovery_vouched',
  'recovery.granted': 'recovery_granted',
  'recovery.cancelled': 'recovery_cancelled',
  'device.revoke_requested': 'device_revoke_requested',
  'device.rotated': 'device_rotated',
  'pin.set': 'pin_set',
  'pin.changed': 'pin_changed',
  'pin.removed': 'pin_removed',
  'pin.guessed': 'pin_guessed',
  'limit.lowered': 'limit_lowered',
  'limit.raise_requested': 'limit_raise_requested',
  'limit.raise_cancelled': 'limit_raise_cancelled',
  'fact.declared': 'fact_declared',
  'fact.entered': 'fact_entered',
  'fact.withdrawn': 'fact_withdrawn',
  'fact.contested': 'fact_contested',
  'guardian.linked': 'guardian_linked',
  'guardian.unlinked': 'guardian_unlinked',
  'guardian.consented': 'guardian_consented',
  'guardian.consent_ended': 'guardian_consent_ended',
};

export function useAlertText(): (alert: AlertView) => string {
  const { t } = useTranslation('activity');
  return useCallback(
    (alert) => t(`alerts.kinds.${KINDS[alert.kind] ?? 'other'}`, { payee: alert.payee_name ?? '' }),
    [t],
  );
}

export function alertIcon({ kind }: AlertView): IconName {
  if (kind === 'payment.refused') return 'stop';
  if (kind.startsWith('payment.')) return 'checkRound';
  if (kind === 'payer.frozen') return 'lock';
  if (kind.startsWith('payer.unfr')) return 'unlock';
  if (kind.startsWith('device.')) return 'phone';
  return kind.endsWith('.funded') ? 'plus' : 'bell';
}

/** The page where somebody looks at what an alert tells, and undoes it. */
export function alertPage({ kind }: AlertView): AlertPage | undefined {
  const [subject = '', event = ''] = kind.split('.');
  if (kind === 'recovery.printed') return '/security/recovery';
  if (subject === 'recovery' || subject === 'device' || subject === 'session') return '/security/devices';
  if (subject === 'contact') return '/security/recovery';
  if (subject === 'passkey') return '/security/passkeys';
  if (subject === 'pin') return '/security/pin';
  if (subject === 'limit') return '/security/limits';
  return subject === 'payer' && event !== 'opened' && event !== 'funded' ? '/security' : undefined;
}

type AlertPage =
  | '/security'
  | '/security/devices'
  | '/security/limits'
  | '/security/passkeys'
  | '/security/pin'
  | '/security/recovery';
