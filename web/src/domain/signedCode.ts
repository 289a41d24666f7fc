/** Farthing's signed codes, checked without the network, and the one plain verdict on anything scanned. */

import { fromBase64Url, utf8, type Bytes } from './base64url';
import { currencyOf, readAmount, type Amount } from './money';
import { verifyEd25519 } from './ed25519';
import { parseEmv, parseFields, valueOf, type Field } from './emv';
import type { KeySet } from './keyset';
import { isId, type IntentId, type PayeeId } from './typeid';

// Where things stand in a code: crates/qr/src/layout.rs, docs/codes.md.
const GUI = 'farth';
const ACCOUNT = '26';
const TERMS = '80';
const QUOTE = '81';
const SIGNATURE = '82';
/** The initiation of a sticker, which is scanned again and again; and of a code for one payment. */
const [STATIC, DYNAMIC] = ['11', '12'];
/** A genuine code has these objects, in this order; 64 (the name in another script) may be absent. A sticker has no 54. */
const ORDER = ['00', '01', ACCOUNT, '52', '53', '54', '58', '59', '60', '64', TERMS, QUOTE, SIGNATURE, '63'];

/** How far a code's creation may lie in the future of this clock. */
const SKEW_MS = 60_000;
/** The longest life of a code, and of a sticker. */
const LIFE_MS_MAX = 3_600_000;
const STICKER_LIFE_MS_MAX = 396 * 86_400_000;
/** A sticker is not judged by a list of withdrawn ones that is older. */
const REVOCATION_AGE_MS_MAX = 7 * 86_400_000;

export interface SignedCode {
  readonly intent: IntentId;
  readonly payee: PayeeId;
  /** Digest of the terms this code stands for. */
  readonly quote: string;
  readonly kid: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A printed code of one payee at one counter: the payer enters the amount. */
export interface Sticker {
  readonly payee: PayeeId;
  /** The name printed in it, in the payee's own script where there is one. */
  readonly name: string;
  readonly nameLatin: string;
  readonly serial: string;
  /** The counter it is registered to. */
  readonly counter: string;
  /** The most that one payment by it may be. */
  readonly cap: Amount;
  readonly kid: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Made by this provider, as far as this page can tell. Whether a sticker hangs where it belongs, it cannot. */
export type Genuine =
  | { readonly kind: 'trusted'; readonly code: SignedCode; readonly payload: string }
  | { readonly kind: 'sticker'; readonly sticker: Sticker; readonly payload: string };

export type Verdict =
  | Genuine
  | { readonly kind: 'expired'; readonly expiredAt: number | undefined }
  | { readonly kind: 'altered' }
  /** Its key or its serial was withdrawn. */
  | { readonly kind: 'revoked' }
  /** A sticker, while what is known of withdrawn ones is too old. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'unknown_key' }
  | { readonly kind: 'unsigned'; readonly name: string | undefined }
  | { readonly kind: 'not_payment' }
  /** This page cannot check by itself: it has no key set it trusts, or no Ed25519. `would` is what the code says it is. */
  | { readonly kind: 'unchecked'; readonly would: Genuine };

/** Judges scanned text, by the precedence of the server. `set` is a checked, unexpired set, or absent. */
export async function judge(text: string, set: KeySet['set'] | undefined, now: number): Promise<Verdict> {
  const payload = text.trim();
  const emv = parseEmv(payload);
  if (emv.kind === 'other') {
    // A link may ask for money, but nobody vouches for it (RFC 3986 §3.1).
    const link = /^[a-z][a-z0-9+.-]*:./i.test(payload);
    return link ? { kind: 'unsigned', name: undefined } : { kind: 'not_payment' };
  }
  if (!emv.fields.some(({ tag, value }) => tag === SIGNATURE && valueOf(parseFields(value), '00') === GUI)) {
    if (emv.kind === 'damaged') return { kind: 'not_payment' };
    return { kind: 'unsigned', name: valueOf(emv.fields, '59') };
  }
  const parts = emv.kind === 'code' ? takeApart(payload, emv.fields) : undefined;
  if (parts === undefined) return { kind: 'altered' };
  const { says, message, signature } = parts;
  if (set === undefined) return { kind: 'unchecked', would: says };
  const { kid, createdAt, expiresAt } = says.kind === 'sticker' ? says.sticker : says.code;
  if (set.revoked_keys?.includes(kid)) return { kind: 'revoked' };
  const key = set.keys.find((known) => known.kid === kid);
  const publicKey = key && fromBase64Url(key.x);
  if (key === undefined || publicKey?.length !== 32 || !inForce(key, createdAt))
    return { kind: 'unknown_key' };
  const valid = await verifyEd25519(publicKey, signature, message);
  if (valid === undefined) return { kind: 'unchecked', would: says };
  if (!valid) return { kind: 'altered' };
  // WHY: no provider signs a longer life, so a key that leaked cannot make a code for ever.
  if (expiresAt - createdAt > (says.kind === 'sticker' ? STICKER_LIFE_MS_MAX : LIFE_MS_MAX))
    return { kind: 'altered' };
  if (says.kind === 'sticker' && set.revoked_serials?.includes(says.sticker.serial))
    return { kind: 'revoked' };
  if (now >= expiresAt) return { kind: 'expired', expiredAt: expiresAt };
  if (createdAt > now + SKEW_MS) return { kind: 'expired', expiredAt: undefined };
  // WHY: a sticker lives for months, so its own expiry does not bound how long a withdrawn one goes unnoticed.
  if (says.kind === 'sticker' && !isFresh(Date.parse(set.issued_at), now)) return { kind: 'stale' };
  return says;
}

const isFresh = (issuedAt: number, now: number): boolean =>
  issuedAt <= now + SKEW_MS && now - issuedAt <= REVOCATION_AGE_MS_MAX;

function inForce({ not_before, not_after }: KeySet['set']['keys'][number], at: number): boolean {
  return at >= Date.parse(not_before) && at < Date.parse(not_after);
}

function takeApart(
  payload: string,
  fields: readonly Field[],
): { says: Genuine; message: Bytes; signature: Bytes } | undefined {
  const initiation = valueOf(fields, '01');
  const tags = fields.map(({ tag }) => tag);
  const absent = [...(tags.includes('64') ? [] : ['64']), ...(initiation === STATIC ? ['54'] : [])];
  if (tags.join() !== ORDER.filter((tag) => !absent.includes(tag)).join()) return undefined;
  const signed = template(fields, SIGNATURE, ['01']);
  const signature = fromBase64Url(signed?.[0] ?? '');
  const says = initiation === STATIC ? readSticker(payload, fields) : readCode(payload, fields);
  if (says === undefined || signature?.length !== 64) return undefined;
  // INVARIANT: every byte before the signature's own object is covered; only the check sum follows it.
  const start = fields.at(-2)?.at ?? 0;
  const message = utf8(Array.from(payload).slice(0, start).join(''));
  return { says, message, signature };
}

function readCode(payload: string, fields: readonly Field[]): Genuine | undefined {
  const [payee = ''] = template(fields, ACCOUNT, ['01']) ?? [];
  const [intent = '', created = '', expires = ''] = template(fields, TERMS, ['01', '02', '03']) ?? [];
  const [quote = '', kid = ''] = template(fields, QUOTE, ['01', '02']) ?? [];
  const [createdAt, expiresAt] = [unixSeconds(created), unixSeconds(expires)];
  if (valueOf(fields, '01') !== DYNAMIC || !isId('int', intent) || !isId('pye', payee)) return undefined;
  if (createdAt === undefined || expiresAt === undefined || fromBase64Url(quote)?.length !== 32)
    return undefined;
  return { kind: 'trusted', code: { intent, payee, quote, kid, createdAt, expiresAt }, payload };
}

function readSticker(payload: string, fields: readonly Field[]): Genuine | undefined {
  const [payee = ''] = template(fields, ACCOUNT, ['01']) ?? [];
  const [serial = '', created = '', expires = '', counter = '', most = ''] =
    template(fields, TERMS, ['01', '02', '03', '04', '05']) ?? [];
  const [kid = ''] = template(fields, QUOTE, ['02']) ?? [];
  const [createdAt, expiresAt] = [unixSeconds(created), unixSeconds(expires)];
  const currency = currencyOf(valueOf(fields, '53') ?? '');
  const cap = currency === undefined ? undefined : readAmount(most, currency);
  if (!isId('pye', payee) || !/^[A-Z0-9-]{1,16}$/.test(serial) || !/^[a-z0-9-]{1,16}$/.test(counter))
    return undefined;
  if (createdAt === undefined || expiresAt === undefined || cap === undefined || cap.minor <= 0)
    return undefined;
  const nameLatin = valueOf(fields, '59') ?? '';
  const local = valueOf(parseFields(valueOf(fields, '64') ?? ''), '01');
  const name = local ?? nameLatin;
  return {
    kind: 'sticker',
    sticker: { payee, name, nameLatin, serial, counter, cap, kid, createdAt, expiresAt },
    payload,
  };
}

/** The values of one of our templates, or `undefined` when it holds anything but exactly these. */
function template(
  fields: readonly Field[],
  tag: string,
  tags: readonly string[],
): readonly string[] | undefined {
  const objects = parseFields(valueOf(fields, tag) ?? '');
  if (objects?.[0]?.value !== GUI || objects.map((object) => object.tag).join() !== ['00', ...tags].join())
    return undefined;
  return objects.slice(1).map(({ value }) => value);
}

const unixSeconds = (text: string): number | undefined =>
  /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) * 1000 : undefined;
