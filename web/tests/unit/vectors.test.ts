/**
 * docs/vectors: the browser wallet makes the same bytes of the published inputs as the `device` crate, and each accepts
 * the other's signatures. `FARTHING_UPDATE_DOCS=1` writes this side's proofs where none hold yet.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { approvalText } from '@/api/wallet';
import type { PayBody, QuoteBody } from '@/api/types';
import { digestOf, fromBase64Url, utf8, type Bytes } from '@/domain/base64url';
import { verifyEd25519 } from '@/domain/ed25519';
import { canonical, type Json } from '@/domain/jcs';
import { checkKeySet, type KeySet } from '@/domain/keyset';
import type { Amount } from '@/domain/money';
import { createProof, thumbprint, type Jwk } from '@/domain/proof';
import { judge } from '@/domain/signedCode';
import type { DeviceId, IntentId, PayerId, PaymentId } from '@/domain/typeid';

interface Payments {
  keys: { name: string; d: string; jwk: Jwk; thumbprint: string }[];
  payments: {
    name: string;
    key: string;
    origin: string;
    app: string;
    payer: PayerId;
    device: DeviceId;
    payment: PaymentId;
    core: { amount: Amount; intent: IntentId; [member: string]: Json };
    via: 'code' | 'link';
    shown_at: number;
    iat: number;
    random: string;
    token: string;
    nonce: string | null;
    expect: Record<'core' | 'quote' | 'body' | 'body_s256' | 'header' | 'claims' | 'signing_input', string>;
    proofs?: { device?: string; browser?: string };
  }[];
  bodies: { path: string; value: Json; canonical: string; sha256: string }[];
}
interface Code {
  judged_at: string;
  key_set: KeySet;
  payload: string;
}
interface Merchant {
  public_key: string;
  requests: {
    body: string;
    expect: {
      signature_base: string;
      'content-digest': string;
      'signature-input': string;
      signature: string;
    };
  }[];
}

const file = (name: string) => new URL(`../../../docs/vectors/${name}`, import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));
const all = read('payment.json') as Payments;
const code = read('code.json') as Code;
const merchant = read('merchant.json') as Merchant;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' };
const P256 = { name: 'ECDSA', namedCurve: 'P-256' };

const bytes = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();
const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

async function holds(jwk: Jwk, signingInput: string, proof: string | undefined): Promise<boolean> {
  const [header = '', claims = '', signature = ''] = (proof ?? '').split('.');
  if (`${header}.${claims}` !== signingInput) return false;
  const key = await crypto.subtle.importKey('jwk', { ...jwk }, P256, false, ['verify']);
  return crypto.subtle.verify(ES256, key, bytes(signature), utf8(signingInput));
}

test.each(all.keys)('key $name has its thumbprint', async ({ jwk, thumbprint: expected }) => {
  expect(await thumbprint(jwk)).toBe(expected);
});

test.each(all.payments)('payment: $name', async (vector) => {
  const key = all.keys.find(({ name }) => name === vector.key);
  if (!key) throw new Error(`no key ${vector.key}`);
  const { core, expect: expected } = vector;
  expect(canonical(core)).toBe(expected.core);
  expect(await digestOf(canonical(core))).toBe(expected.quote);

  const via: QuoteBody['via'] =
    vector.via === 'code' ? { kind: 'code', payload: code.payload } : { kind: 'link' };
  const body: PayBody = {
    amount: core.amount,
    client: { app: vector.app, shown_at: vector.shown_at },
    device: vector.device,
    funding: 'wallet',
    intent: core.intent,
    payer: vector.payer,
    payment: vector.payment,
    quote: await digestOf(canonical(core)),
    via,
  };
  const text = approvalText(body);
  expect(text).toBe(expected.body);
  expect(await digestOf(text)).toBe(expected.body_s256);

  const secret = await crypto.subtle.importKey('jwk', { ...key.jwk, d: key.d }, P256, false, ['sign']);
  const sign = async (message: Bytes) => new Uint8Array(await crypto.subtle.sign(ES256, secret, message));
  const proof = await createProof(key.jwk, sign, {
    method: 'POST',
    url: `${vector.origin}/v1/payments`,
    body: text,
    token: vector.token,
    nonce: vector.nonce ?? undefined,
    iat: vector.iat,
    jti: vector.random,
  });
  const [header = '', claims = ''] = proof.split('.');
  expect(`${header}.${claims}`).toBe(expected.signing_input);
  expect(new TextDecoder().decode(bytes(header))).toBe(expected.header);
  expect(new TextDecoder().decode(bytes(claims))).toBe(expected.claims);

  if (
    process.env.FARTHING_UPDATE_DOCS &&
    !(await holds(key.jwk, expected.signing_input, vector.proofs?.browser))
  ) {
    vector.proofs = { ...vector.proofs, browser: proof };
    writeFileSync(file('payment.json'), `${JSON.stringify(all, null, 2)}\n`);
  }
  for (const by of [vector.proofs?.device, vector.proofs?.browser]) {
    expect(await holds(key.jwk, expected.signing_input, by)).toBe(true);
  }
});

test.each(all.bodies)('body of $path', async ({ value, canonical: expected, sha256 }) => {
  expect(canonical(value)).toBe(expected);
  expect(await digestOf(expected)).toBe(sha256);
});

test('the key set holds under its root, and the code under the key set', async () => {
  const now = Date.parse(code.judged_at);
  const set = await checkKeySet(code.key_set, undefined, now);
  expect(set).toMatchObject({ ok: true });
  const verdict = await judge(code.payload, code.key_set.set, now);
  expect(verdict.kind).toBe('trusted');
  expect(verdict.kind === 'trusted' && verdict.code.quote).toBe(all.payments[0]?.expect.quote);
});

test.each(merchant.requests)('merchant signature $expect.signature', async ({ body, expect: expected }) => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(body)));
  expect(expected['content-digest']).toBe(`sha-256=:${btoa(String.fromCharCode(...digest))}:`);
  expect(expected.signature_base.endsWith(expected['signature-input'].slice('farthing='.length))).toBe(true);
  const signature = fromBase64(expected.signature.slice('farthing=:'.length, -1));
  expect(await verifyEd25519(bytes(merchant.public_key), signature, utf8(expected.signature_base))).toBe(
    true,
  );
});
