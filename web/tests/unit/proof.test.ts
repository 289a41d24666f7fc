import { expect, test } from 'vitest';
import { digestOf, fromBase64Url, utf8 } from '@/domain/base64url';
import { createProof, newJti, thumbprint, type Jwk, type ProofRequest } from '@/domain/proof';

const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
  'sign',
  'verify',
]);
const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', pair.publicKey);
const jwk: Jwk = { crv: 'P-256', kty: 'EC', x, y };
const ES256 = { name: 'ECDSA', hash: 'SHA-256' };

const prove = (request: Partial<ProofRequest>) =>
  createProof(jwk, async (bytes) => new Uint8Array(await crypto.subtle.sign(ES256, pair.privateKey, bytes)), {
    method: 'post',
    url: 'https://pay.example/v1/payments?x=1#y',
    iat: 1_790_000_000,
    jti: 'one',
    ...request,
  });

const read = (part: string | undefined): unknown =>
  JSON.parse(new TextDecoder().decode(fromBase64Url(part ?? '')));

test('a proof is a compact JWS whose raw signature verifies', async () => {
  const [header = '', claims = '', signature = ''] = (await prove({})).split('.');
  const bytes = fromBase64Url(signature);
  expect(bytes?.length).toBe(64);
  expect(
    await crypto.subtle.verify(ES256, pair.publicKey, bytes ?? new Uint8Array(), utf8(`${header}.${claims}`)),
  ).toBe(true);
  expect(read(header)).toEqual({ alg: 'ES256', jwk: { crv: 'P-256', kty: 'EC', x, y }, typ: 'dpop+jwt' });
});
test('claims name method, address without query, body and token', async () => {
  const proof = await prove({ body: '{"a":1}', token: 'tok', nonce: 'n1' });
  expect(read(proof.split('.')[1])).toEqual({
    ath: await digestOf('tok'),
    body_s256: await digestOf('{"a":1}'),
    htm: 'POST',
    htu: 'https://pay.example/v1/payments',
    iat: 1_790_000_000,
    jti: 'one',
    nonce: 'n1',
  });
});
test('without body, token and nonce there are no such claims', async () => {
  expect(Object.keys(read((await prove({})).split('.')[1]) as object)).toEqual(['htm', 'htu', 'iat', 'jti']);
});
test('the private key cannot be read', async () => {
  await expect(crypto.subtle.exportKey('jwk', pair.privateKey)).rejects.toThrow();
});
test('RFC 7638 thumbprints ignore the order of members', async () => {
  expect(await thumbprint(jwk)).toBe(await thumbprint({ y, x, kty: 'EC', crv: 'P-256' }));
});
test('proof ids are never the same', () => expect(newJti()).not.toBe(newJti()));
