import { expect, test } from 'vitest';
import { deviceIn, helpAddress, helpIn, parseHelp, recoverAddress } from '@/domain/help';
import { payerIn } from '@/domain/join';
import { languageOf } from '@/domain/language';
import { writtenCap } from '@/domain/limits';
import { readRecoveryCode } from '@/domain/recoveryCode';
import { createId } from '@/domain/typeid';

const payer = createId('pyr', 1, new Uint8Array(10));
const device = createId('dev', 1, new Uint8Array(10));
const HERE = 'https://pay.example';

test.each([
  ['1A2B-3C4D-5E6F-7G8H', '1A2B-3C4D-5E6F-7G8H'],
  [' 1a2b 3c4d5e6f–7g8h\n', '1A2B-3C4D-5E6F-7G8H'],
  ['looo oooo 0000 oooi', '1000-0000-0000-0001'],
  ['1A2B-3C4D-5E6F-7G8', undefined],
  ['1A2B-3C4D-5E6F-7G8HH', undefined],
  ['1A2B-3C4D-5E6F-7G8U', undefined],
  ['1A2B-3C4D-5E6F-7G8가', undefined],
  ['', undefined],
])('the code %j is read as %j', (typed, code) => {
  expect(readRecoveryCode(typed)).toBe(code);
});

test('a request for help is read back, from this origin only', () => {
  const text = helpAddress(HERE, { device, payer });
  expect(parseHelp(text, HERE)).toEqual({ device, payer });
  expect(parseHelp(text, 'https://pay.example.evil')).toBeUndefined();
  expect(parseHelp(text.replace('pay.', 'pay-'), HERE)).toBeUndefined();
  expect(parseHelp(text.replace('dev_', 'pay_'), HERE)).toBeUndefined();
  expect(parseHelp('hello', HERE)).toBeUndefined();
  expect(helpIn('')).toBeUndefined();
  expect(deviceIn(`the device is ${device}.`)).toBe(device);
  expect(payerIn(recoverAddress(HERE, payer))).toBe(payer);
});

test.each([
  ['하루 이용 한도는 100만원', 'ko'],
  ['静态码：每个银行账户每日500元', 'zh'],
  ['ドコモ払いの限度額', 'ja'],
  ['1,000 BRL a night', 'en'],
  ['', 'en'],
])('%s is in %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

test.each([
  ['1000000 KRW', '₩1,000,000'],
  ['30.50 EUR', '€30.50'],
  ['50 EUR', '€50.00'],
  ['1.5 KRW', '1.5 KRW'],
  ['99999999999999999999 KRW', '99999999999999999999 KRW'],
  ['12.5%', '12.5%'],
  ['1234', '1,234'],
  ['3', '3'],
  ['half of it', 'half of it'],
])('the cap %s is written %s', (cap, written) => {
  expect(writtenCap(cap, 'en')).toBe(written);
});
