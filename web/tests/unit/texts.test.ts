import { expect, test } from 'vitest';
import { en as activityEn } from '@/features/activity/texts.en';
import { ko as activityKo } from '@/features/activity/texts.ko';
import { en as limitsEn } from '@/features/limits/texts.en';
import { ko as limitsKo } from '@/features/limits/texts.ko';
import { en as payEn } from '@/features/pay/texts.en';
import { ko as payKo } from '@/features/pay/texts.ko';
import { en as securityEn } from '@/features/security/texts.en';
import { ko as securityKo } from '@/features/security/texts.ko';
import { en as shopEn } from '@/features/shop/texts.en';
import { ko as shopKo } from '@/features/shop/texts.ko';
import { en as signupEn } from '@/features/signup/texts.en';
import { ko as signupKo } from '@/features/signup/texts.ko';
import { en as stepupEn } from '@/features/stepup/texts.en';
import { ko as stepupKo } from '@/features/stepup/texts.ko';
import { en as toolsEn } from '@/features/tools/texts.en';
import { ko as toolsKo } from '@/features/tools/texts.ko';
import { checkLine } from '@/domain/text';

const leaves = (value: unknown, path = ''): [string, string][] =>
  typeof value === 'string'
    ? [[path, value]]
    : Object.entries(value as object).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`));
const blanks = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test.each([
  ['activity', activityEn, activityKo],
  ['limits', limitsEn, limitsKo],
  ['pay', payEn, payKo],
  ['security', securityEn, securityKo],
  ['shop', shopEn, shopKo],
  ['signup', signupEn, signupKo],
  ['stepup', stepupEn, stepupKo],
  ['tools', toolsEn, toolsKo],
])('both languages of %s fill the same blanks', (_, en, ko) => {
  const korean = new Map(leaves(ko));
  for (const [path, text] of leaves(en))
    expect([path, blanks(korean.get(path) ?? '')]).toEqual([path, blanks(text)]);
});

test.each([
  ['  김하늘 ', undefined],
  [' ', 'empty'],
  ['x'.repeat(41), 'too_long'],
  ['a\u202eb', 'unsafe'],
  ['a\u200bb', 'unsafe'],
])('a name %j', (text, fault) => expect(checkLine(text, 40).fault).toBe(fault));
