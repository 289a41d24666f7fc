/** How each verdict looks, wherever it is shown. */

import type { InspectionVerdict } from '@/domain/inspection';
import type { IconName } from './icons';

export interface VerdictLook {
  readonly icon: IconName;
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
}

export const VERDICT_LOOK: Readonly<Record<InspectionVerdict, VerdictLook>> = {
  trusted: { icon: 'checkRound', tone: 'good' },
  unverified: { icon: 'question', tone: 'plain' },
  suspicious: { icon: 'warn', tone: 'warn' },
  dangerous: { icon: 'stop', tone: 'bad' },
  invalid: { icon: 'warn', tone: 'plain' },
  expired: { icon: 'clock', tone: 'warn' },
};
