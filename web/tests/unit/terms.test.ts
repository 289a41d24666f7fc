import { expect, test } from 'vitest';
import { digestOf } from '@/domain/base64url';
import { canonical } from '@/domain/jcs';
import type { SignedCode } from '@/domain/signedCode';
import { termsFault, type ShownTerms } from '@/domain/terms';
import { createId } from '@/domain/typeid';

const intent = createId('int', 1, new Uint8Array(10));
const payee = createId('pye', 1, new Uint8Array(10));
const krw = (minor: number) => ({ currency: 'KRW', minor });
const core = {
  amount: krw(4500),
  capture: 'automatic',
  funding: [{ fee: krw(50) }],
  intent,
  payee: { id: payee },
};
const held = { ...core, capture: 'manual' };
const quote = await digestOf(canonical(core));
const shown: ShownTerms = { core, funding: { fee: krw(50) }, quote, total: krw(4550) };
const code: SignedCode = { intent, payee, quote, kid: 'k', createdAt: 0, expiresAt: 1 };

test.each<[string, ShownTerms, SignedCode | undefined, string | undefined]>([
  ['terms that hold together', shown, code, undefined],
  ['terms without a code', shown, undefined, undefined],
  ['another amount than the digest says', { ...shown, core: { ...core, amount: krw(9000) } }, code, 'digest'],
  ['another capture than the digest says', { ...shown, core: held }, code, 'digest'],
  ['another digest than the code says', shown, { ...code, quote: 'x' }, 'code'],
  [
    'another payee than the code says',
    shown,
    { ...code, payee: createId('pye', 2, new Uint8Array(10)) },
    'code',
  ],
  [
    'a fee that was not in the terms',
    { ...shown, funding: { fee: krw(0) }, total: krw(4500) },
    code,
    'funding',
  ],
  ['a total that is not amount and fee', { ...shown, total: krw(4500) }, code, 'total'],
])('%s', async (_, terms, by, fault) => {
  expect(await termsFault(terms, by)).toBe(fault);
});
