/** Signed codes and key sets made for tests, by the layout of crates/qr/src/layout.rs. */

import { digestOf, sha256, toBase64Url, utf8 } from '@/domain/base64url';
import { crc16 } from '@/domain/emv';
import { canonical, type Json } from '@/domain/jcs';
import type { KeySet } from '@/domain/keyset';
import { createId } from '@/domain/typeid';

export const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

const tlv = (tag: string, value: string) =>
  `${tag}${String(Array.from(value).length).padStart(2, '0')}${value}`;
const makeKey = async () => await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
const rawKey = async (key: CryptoKey) => new Uint8Array(await crypto.subtle.exportKey('raw', key));
const signature = async (key: CryptoKey, text: string) =>
  toBase64Url(new Uint8Array(await crypto.subtle.sign('Ed25519', key, utf8(text))));

export interface CodeChanges {
  createdAt?: number;
  expiresAt?: number;
  kid?: string;
  /** Applied to the text before it is signed. */
  before?: (text: string) => string;
}

export interface StickerChanges extends CodeChanges {
  serial?: string;
  cap?: string;
}

export async function makeWorld() {
  const root = await makeKey();
  const signer = await makeKey();
  const rootX = await rawKey(root.publicKey);
  const set: KeySet['set'] = {
    expires_at: '2026-12-22T00:00:00.000Z',
    issued_at: '2026-11-22T00:00:00.000Z',
    keys: [
      {
        kid: 'code-1',
        not_before: '2026-11-01T00:00:00.000Z',
        not_after: '2026-12-31T00:00:00.000Z',
        x: toBase64Url(await rawKey(signer.publicKey)),
      },
    ],
    root: toBase64Url(await sha256(rootX)),
    sequence: 7,
  };
  const publish = async (body: KeySet['set']): Promise<KeySet> => ({
    root_x: toBase64Url(rootX),
    set: body,
    signature: await signature(root.privateKey, canonical(body as unknown as Json)),
  });
  const intent = createId('int', NOW, new Uint8Array(10).fill(1));
  const payee = createId('pye', NOW, new Uint8Array(10).fill(2));
  const quote = await digestOf('terms');

  const makeCode = async ({
    createdAt = NOW - MINUTE,
    expiresAt = NOW + MINUTE,
    kid = 'code-1',
    before = (text) => text,
  }: CodeChanges = {}) => {
    const covered = before(
      tlv('00', '01') +
        tlv('01', '12') +
        tlv('26', tlv('00', 'farth') + tlv('01', payee)) +
        tlv('52', '5814') +
        tlv('53', '410') +
        tlv('54', '4500') +
        tlv('58', 'KR') +
        tlv('59', 'Corner Coffee') +
        tlv('60', 'Seoul') +
        tlv('64', tlv('00', 'ko') + tlv('01', '모퉁이 커피')) +
        tlv(
          '80',
          tlv('00', 'farth') +
            tlv('01', intent) +
            tlv('02', String(createdAt / 1000)) +
            tlv('03', String(expiresAt / 1000)),
        ) +
        tlv('81', tlv('00', 'farth') + tlv('01', quote) + tlv('02', kid)),
    );
    return sealed(
      covered + tlv('82', tlv('00', 'farth') + tlv('01', await signature(signer.privateKey, covered))),
    );
  };
  const makeSticker = async ({
    createdAt = NOW - MINUTE,
    expiresAt = NOW + 90 * DAY,
    kid = 'code-1',
    serial = 'SEOUL-1',
    cap = '50000',
    before = (text) => text,
  }: StickerChanges = {}) => {
    const covered = before(
      tlv('00', '01') +
        tlv('01', '11') +
        tlv('26', tlv('00', 'farth') + tlv('01', payee)) +
        tlv('52', '5814') +
        tlv('53', '410') +
        tlv('58', 'KR') +
        tlv('59', 'Corner Coffee') +
        tlv('60', 'Seoul') +
        tlv('64', tlv('00', 'ko') + tlv('01', '모퉁이 커피')) +
        tlv(
          '80',
          tlv('00', 'farth') +
            tlv('01', serial) +
            tlv('02', String(createdAt / 1000)) +
            tlv('03', String(expiresAt / 1000)) +
            tlv('04', 'counter-1') +
            tlv('05', cap),
        ) +
        tlv('81', tlv('00', 'farth') + tlv('02', kid)),
    );
    return sealed(
      covered + tlv('82', tlv('00', 'farth') + tlv('01', await signature(signer.privateKey, covered))),
    );
  };
  return { set, keySet: await publish(set), publish, makeCode, makeSticker, intent, payee, quote };
}

/** Puts a right check sum under `text`, which ends before tag 63. */
export const sealed = (text: string): string => `${text}6304${crc16(`${text}6304`)}`;

/** Changes a code and repairs its check sum, as a forger would. */
export const forged = (code: string, change: (text: string) => string): string =>
  sealed(change(code.slice(0, -8)));
