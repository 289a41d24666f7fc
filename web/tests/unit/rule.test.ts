import { expect, test } from 'vitest';
import { writtenCap } from '@/domain/limits';
import { placeOf, wordsOf, type Ruling } from '@/domain/rule';

const citation = { law: '지갑 이용약관', article: '제7조' };
const en = { title: 'Terms', say: 'at most 1,000,000 won a day', law: 'Wallet terms', article: 'art. 7' };
const rule: Ruling = { say: '하루 100만원', citation, texts: { en } };

test('a rule speaks its reader’s language where its pack does', () => {
  expect(wordsOf(rule, 'en')).toEqual({ ...en, say: 'At most 1,000,000 won a day' });
  expect(placeOf(wordsOf(rule, 'en'))).toBe('Wallet terms art. 7');
});
test('and its pack’s own where that is all there is', () => {
  expect(wordsOf(rule, 'ko')).toEqual({ say: '하루 100만원', ...citation });
  expect(wordsOf({ say: '하루 100만원', citation }, 'en').say).toBe('하루 100만원');
});
test('what has no law behind it names none', () => {
  expect(placeOf(wordsOf({ say: '' }, 'ko'))).toBe('');
  expect(placeOf({ say: '', law: '법', article: '' })).toBe('법');
});
test('a cap is an amount in its reader’s language', () => {
  expect(writtenCap('1000000 KRW', 'ko')).toBe('1,000,000원');
  expect(writtenCap('1000000 KRW', 'en')).toBe('₩1,000,000');
});
