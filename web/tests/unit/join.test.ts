import { expect, test } from 'vitest';
import { utf8, toBase64Url } from '@/domain/base64url';
import { canonical } from '@/domain/jcs';
import { checkDigits, isJoinText, joinAddress, joinText, parseJoin, payerIn } from '@/domain/join';
import type { DeviceId, PayerId } from '@/domain/typeid';

const JWK = {
  crv: 'P-256',
  kty: 'EC',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const proofOf = (jwk: unknown) => `${toBase64Url(utf8(JSON.stringify({ alg: 'ES256', jwk })))}.e30.c2ln`;
const REQUEST = {
  device: 'dev_01k9zj3d8nf2m0000000000000' as DeviceId,
  device_name: '새 전화',
  payer: 'pyr_01k9zj3d8nf2m0000000000000' as PayerId,
  possession: proofOf(JWK),
};
const textOf = (value: object) => `farthing-join:${toBase64Url(utf8(canonical(value as never)))}`;

test('a request is read as it was written', () => {
  expect(isJoinText(joinText(REQUEST))).toBe(true);
  expect(parseJoin(`  ${joinText(REQUEST)}\n`)).toEqual(REQUEST);
  expect(parseJoin(joinText({ ...REQUEST, kind: 'shared' }))?.kind).toBe('shared');
});
test.each([
  ['another opening', joinText(REQUEST).slice(1)],
  ['no base64url', 'farthing-join:???'],
  ['no JSON', `farthing-join:${toBase64Url(utf8('{'))}`],
  ['a list', `farthing-join:${toBase64Url(utf8('[]'))}`],
  ['another member', textOf({ ...REQUEST, more: 1 })],
  ['another kind', textOf({ ...REQUEST, kind: 'free' })],
  ['a wrong id', textOf({ ...REQUEST, device: REQUEST.payer })],
  ['a long proof', textOf({ ...REQUEST, possession: 'x'.repeat(5000) })],
  ['too long', `farthing-join:${'A'.repeat(9000)}`],
])('%s is no request', (_, text) => expect(parseJoin(text)).toBeUndefined());

test('the digits belong to the key', async () => {
  const digits = await checkDigits(REQUEST);
  expect(digits).toMatch(/^\d{4} \d{4}$/);
  const other = { ...JWK, x: JWK.y, y: JWK.x };
  expect(await checkDigits({ ...REQUEST, possession: proofOf(other) })).not.toBe(digits);
  expect(await checkDigits({ ...REQUEST, possession: proofOf({ kty: 'RSA' }) })).toBeUndefined();
  expect(await checkDigits({ ...REQUEST, possession: 'x' })).toBeUndefined();
});
test('the first eight bytes of the thumbprint, as a number, end in these digits', async () => {
  // RFC 7638 §3.1 has RSA only; this thumbprint of the key of RFC 7515 A.3 was computed with another program.
  expect(await checkDigits(REQUEST)).toBe('5369 0933');
});
test('the wallet’s number is found in its address, and nowhere else', () => {
  expect(payerIn(joinAddress('https://pay.example', REQUEST.payer))).toBe(REQUEST.payer);
  expect(payerIn('int_01k9zj3d8nf2m0000000000000')).toBeUndefined();
});
