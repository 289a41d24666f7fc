/** What the objects of a code are for (EMVCo QRCPS-MPM and -CPM v1.1); the words themselves stand in the texts. */

import type { en } from './texts.en';

export type Meaning = keyof typeof en.ids;

const ROOT: Readonly<Record<string, Meaning>> = {
  '00': 'format',
  '01': 'initiation',
  '52': 'category',
  '53': 'currency',
  '54': 'amount',
  '55': 'tip',
  '56': 'feeFixed',
  '57': 'feePercent',
  '58': 'country',
  '59': 'name',
  '60': 'city',
  '61': 'postal',
  '62': 'additional',
  '63': 'checksum',
  '64': 'language',
};
const ADDITIONAL: Readonly<Record<string, Meaning>> = {
  '01': 'bill',
  '02': 'mobile',
  '03': 'store',
  '04': 'loyalty',
  '05': 'reference',
  '06': 'customer',
  '07': 'terminal',
  '08': 'purpose',
  '09': 'consumerData',
  '10': 'taxId',
  '11': 'channel',
};
const LANGUAGE: Readonly<Record<string, Meaning>> = {
  '00': 'languageCode',
  '01': 'localName',
  '02': 'localCity',
};
/** Farthing's own (docs/codes.md). */
const FARTHING: Readonly<Record<string, Meaning>> = {
  '26': 'account',
  '26.01': 'payee',
  '80': 'terms',
  '80.02': 'created',
  '80.03': 'expires',
  '81': 'signer',
  '81.02': 'keyId',
  '82': 'signature',
  '82.01': 'signatureValue',
};
const FARTHING_DYNAMIC: Readonly<Record<string, Meaning>> = { '80.01': 'intent', '81.01': 'quote' };
const FARTHING_STATIC: Readonly<Record<string, Meaning>> = {
  '80.01': 'serial',
  '80.04': 'place',
  '80.05': 'cap',
};
const CONSUMER: Readonly<Record<string, Meaning>> = {
  '85': 'format',
  '61': 'application',
  '62': 'common',
  '63': 'applicationData',
  '64': 'commonData',
  '4F': 'applicationName',
  '50': 'applicationLabel',
  '57': 'track',
  '5A': 'cardNumber',
  '5F20': 'cardholder',
  '5F2D': 'languageCode',
  '5F50': 'issuerAddress',
  '82': 'profile',
  '9F08': 'version',
  '9F10': 'issuerData',
  '9F19': 'tokenRequestor',
  '9F24': 'accountReference',
  '9F25': 'lastDigits',
  '9F26': 'cryptogram',
  '9F27': 'cryptogramInfo',
  '9F36': 'counter',
  '9F37': 'unpredictable',
};

export interface Place {
  /** The ids from the root to this object. */
  readonly path: readonly string[];
  readonly network: string | undefined;
  readonly initiation: string | undefined;
}

export function meaningOf({ path, network, initiation }: Place): Meaning {
  const [root = '', sub, ...deeper] = path;
  if (network === 'farthing') {
    const own = initiation === 'static' ? FARTHING_STATIC : FARTHING_DYNAMIC;
    const meaning = own[path.join('.')] ?? FARTHING[path.join('.')];
    if (meaning) return meaning;
  }
  if (sub === undefined) return ROOT[root] ?? rangeOf(Number(root));
  if (deeper.length > 0) return 'own';
  if (root === '62') return ADDITIONAL[sub] ?? (Number(sub) >= 50 ? 'own' : 'reserved');
  if (root === '64') return LANGUAGE[sub] ?? 'reserved';
  return sub === '00' ? 'guid' : 'own';
}

export const consumerMeaningOf = (tag: string): Meaning => CONSUMER[tag] ?? 'own';

function rangeOf(id: number): Meaning {
  if (id >= 2 && id <= 51) return 'account';
  if (id >= 65 && id <= 79) return 'reserved';
  return id >= 80 ? 'unreserved' : 'reserved';
}

/** ISO 4217 numbers of the networks we read, and of their neighbours. */
const CURRENCIES: Readonly<Record<string, string>> = {
  '032': 'ARS',
  '036': 'AUD',
  '104': 'MMK',
  '116': 'KHR',
  '124': 'CAD',
  '144': 'LKR',
  '156': 'CNY',
  '344': 'HKD',
  '356': 'INR',
  '360': 'IDR',
  '392': 'JPY',
  '410': 'KRW',
  '418': 'LAK',
  '458': 'MYR',
  '524': 'NPR',
  '554': 'NZD',
  '608': 'PHP',
  '702': 'SGD',
  '704': 'VND',
  '764': 'THB',
  '784': 'AED',
  '826': 'GBP',
  '840': 'USD',
  '901': 'TWD',
  '978': 'EUR',
  '986': 'BRL',
};

export const currencyOf = (numeric: string): string | undefined => CURRENCIES[numeric];

/** A country's or currency's name in the reader's language; `undefined` for what is none. */
export function nameOf(kind: 'region' | 'currency', code: string, language: string): string | undefined {
  try {
    return new Intl.DisplayNames(language, { type: kind, fallback: 'none' }).of(code);
  } catch {
    return undefined;
  }
}
