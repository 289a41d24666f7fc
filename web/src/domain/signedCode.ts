/** Farthing's signed dynamic codes, checked without the network, and the one plain verdict on anything scanned. */

import { fromBase64Url, utf8, type Bytes } from './base64url';
import { verifyEd25519 } from './ed25519';
import { parseEmv, parseFields, valueOf, type Field } from './emv';
import type { PublishedKey } from './keyset';
import { isId, type IntentId, type PayeeId } from './typeid';

// Where things stand in a code: crates/qr/src/layout.rs, docs/codes.md.
const GUI = 'farth';
const ACCOUNT = '26';
const TERMS = '80';
const QUOTE = '81';
const SIGNATURE = '82';
/** The initiation of a code that is scanned again and again. */
const STATIC = '11';
/** A genuine code has these objects, in this order; 64 (the name in another script) may be absent. */
const ORDER = ['00', '01', ACCOUNT, '52', '53', '54', '58', '59', '60', '64', TERMS, QUOTE, SIGNATURE, '63'];

/** How far a code's creation may lie in the future of this clock. */
const SKEW_MS = 60_000;
/** The longest life of a code. */
const LIFE_MS_MAX = 3_600_000;

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

export type Verdict =
  | { readonly kind: 'trusted'; readonly code: SignedCode; readonly payload: string }
  | { readonly kind: 'expired'; readonly expiredAt: number | undefined }
  | { readonly kind: 'altered' }
  | { readonly kind: 'unknown_key' }
  | { readonly kind: 'unsigned'; readonly name: string | undefined }
  | { readonly kind: 'not_payment' }
  /** A static code that says it is ours: this page checks dynamic codes only. */
  | { readonly kind: 'sticker'; readonly name: string | undefined }
  /** This page cannot check by itself: it has no key set it trusts, or no Ed25519. */
  | { readonly kind: 'unchecked'; readonly code: SignedCode; readonly payload: string };

/** Judges scanned text, by the precedence of the server. `keys` is a checked, unexpired set, or absent. */
export async function judge(
  text: string,
  keys: readonly PublishedKey[] | undefined,
  now: number,
): Promise<Verdict> {
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
  if (emv.kind === 'code' && valueOf(emv.fields, '01') === STATIC)
    return { kind: 'sticker', name: valueOf(emv.fields, '59') };
  const parts = emv.kind === 'code' ? takeApart(payload, emv.fields) : undefined;
  if (parts === undefined) return { kind: 'altered' };
  const { code, message, signature } = parts;
  const unchecked: Verdict = { kind: 'unchecked', code, payload };
  if (keys === undefined) return unchecked;
  const key = keys.find(({ kid }) => kid === code.kid);
  const publicKey = key && fromBase64Url(key.x);
  if (key === undefined || publicKey?.length !== 32 || !inForce(key, code.createdAt))
    return { kind: 'unknown_key' };
  const valid = await verifyEd25519(publicKey, signature, message);
  if (valid === undefined) return unchecked;
  if (!valid) return { kind: 'altered' };
  // WHY: no provider signs a longer life, so a key that leaked cannot make a code for ever.
  if (code.expiresAt - code.createdAt > LIFE_MS_MAX) return { kind: 'altered' };
  if (now >= code.expiresAt) return { kind: 'expired', expiredAt: code.expiresAt };
  if (code.createdAt > now + SKEW_MS) return { kind: 'expired', expiredAt: undefined };
  return { kind: 'trusted', code, payload };
}

function inForce({ not_before, not_after }: PublishedKey, at: number): boolean {
  return at >= Date.parse(not_before) && at < Date.parse(not_after);
}

function takeApart(
  payload: string,
  fields: readonly Field[],
): { code: SignedCode; message: Bytes; signature: Bytes } | undefined {
  const tags = fields.map(({ tag }) => tag);
  const expected = ORDER.filter((tag) => tag !== '64' || tags.includes('64'));
  if (tags.join() !== expected.join()) return undefined;
  const account = template(fields, ACCOUNT, 1);
  const terms = template(fields, TERMS, 3);
  const quote = template(fields, QUOTE, 2);
  const signed = template(fields, SIGNATURE, 1);
  if (!account || !terms || !quote || !signed) return undefined;
  const [payee = ''] = account;
  const [intent = '', created = '', expires = ''] = terms;
  const [digest = '', kid = ''] = quote;
  const signature = fromBase64Url(signed[0] ?? '');
  const [createdAt, expiresAt] = [unixSeconds(created), unixSeconds(expires)];
  if (!isId('int', intent) || !isId('pye', payee) || fromBase64Url(digest)?.length !== 32) return undefined;
  if (createdAt === undefined || expiresAt === undefined || signature?.length !== 64) return undefined;
  // INVARIANT: every byte before the signature's own object is covered; only the check sum follows it.
  const start = fields.at(-2)?.at ?? 0;
  const message = utf8(Array.from(payload).slice(0, start).join(''));
  return { code: { intent, payee, quote: digest, kid, createdAt, expiresAt }, message, signature };
}

/** The values 01, 02, … of one of our templates, or `undefined` when it holds anything else. */
function template(fields: readonly Field[], tag: string, count: number): readonly string[] | undefined {
  const objects = parseFields(valueOf(fields, tag) ?? '');
  if (objects?.[0]?.value !== GUI || objects.length !== count + 1) return undefined;
  return objects.every((object, index) => Number(object.tag) === index)
    ? objects.slice(1).map(({ value }) => value)
    : undefined;
}

const unixSeconds = (text: string): number | undefined =>
  /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) * 1000 : undefined;
