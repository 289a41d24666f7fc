import { expect, test } from 'vitest';
import { crc16, parseEmv, parseFields, valueOf } from '@/domain/emv';

test('CRC-16/CCITT-FALSE check value', () => expect(crc16('123456789')).toBe('29B1'));
test('lengths count characters, not bytes', () => {
  expect(valueOf(parseFields('5904최佳运输6002AB'), '60')).toBe('AB');
});
test.each(['00', '0002', '000201xx', '00020199', 'ab0201'])('%s cannot be walked', (text) => {
  expect(parseFields(text)).toBeUndefined();
});
test('a wrong check sum is damage', () => {
  expect(parseEmv('0002016304FFFF').kind).toBe('damaged');
  expect(parseEmv(`0002016304${crc16('0002016304')}`).kind).toBe('code');
});
