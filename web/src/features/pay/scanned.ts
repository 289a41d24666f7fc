/** What a scanned text is, for somebody who wanted to pay, in one word each. */

import type { Inspection, InspectionVerdict } from '@/domain/inspection';
import type { en } from './texts.en';

export type Kind = keyof typeof en.scanned.kinds;
export type Headline = keyof typeof en.scanned.headlines;

/** A finding that says what the text is for. */
const BY_FINDING: Readonly<Record<string, Kind>> = {
  wifi_join: 'wifi',
  wifi_open: 'wifi',
  contact_card: 'contact',
  calendar_entry: 'calendar',
  place_on_map: 'place',
  mail_to_send: 'mail',
  phone_call: 'phone',
  phone_code: 'phone',
  message_to_send: 'message',
  link_scheme_forbidden: 'command',
  link_download: 'download',
  link_other_payment: 'otherPayment',
};

export function kindOf({ scheme, network, findings, fields }: Inspection): Kind {
  switch (scheme) {
    case 'emv-mpm':
      if (network !== 'farthing') return 'foreign';
      return fields.initiation === 'static' ? 'sticker' : 'code';
    case 'emv-cpm':
      return 'customer';
    case 'upi':
      return 'otherPayment';
    case 'link':
      if (network === 'farthing') return 'checkout';
      return findings.map(({ code }) => BY_FINDING[code]).find((kind) => kind !== undefined) ?? 'link';
    case 'unknown':
      return 'other';
  }
}

const PAYMENT: readonly Kind[] = ['foreign', 'code', 'sticker', 'customer', 'otherPayment', 'checkout'];

export function headlineOf(kind: Kind, verdict: InspectionVerdict): Headline {
  switch (verdict) {
    case 'dangerous':
    case 'suspicious':
    case 'expired':
      return verdict;
    case 'invalid':
      if (kind === 'other') return 'notPayment';
      return PAYMENT.includes(kind) ? 'damaged' : 'unreadable';
    case 'trusted':
      return 'genuine';
    case 'unverified':
      return PAYMENT.includes(kind) ? 'notHere' : 'notPayment';
  }
}
