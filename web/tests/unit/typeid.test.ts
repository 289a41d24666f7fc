import { expect, test } from 'vitest';
import { createId, isId, newId } from '@/domain/typeid';

test('a UUIDv7 in Crockford base 32', () => {
  // typeid-spec valid.yml: 0188bac7-4afa-78aa-bc3b-bd1eef28d881
  const random = new Uint8Array([0x08, 0xaa, 0x3c, 0x3b, 0xbd, 0x1e, 0xef, 0x28, 0xd8, 0x81]);
  expect(createId('pay', 0x0188bac74afa, random)).toBe('pay_01h2xcejqtf2nbrexx3vqjhp41');
});
test('ids of later milliseconds sort later', () => {
  const random = new Uint8Array(10).fill(255);
  expect(createId('pay', 1000, random) < createId('pay', 1001, new Uint8Array(10))).toBe(true);
});
test('a new id is one', () => expect(isId('dev', newId('dev'))).toBe(true));
test.each([
  'pay_01h2xcejqtf2nbrexx3vqjhp4',
  'pay_81h2xcejqtf2nbrexx3vqjhp41',
  'pay_01h2xcejqtf2nbrexx3vqjhpi1',
  'dev_01h2xcejqtf2nbrexx3vqjhp41',
  'pay_01H2XCEJQTF2NBREXX3VQJHP41',
])('%s is no payment id', (text) => expect(isId('pay', text)).toBe(false));
