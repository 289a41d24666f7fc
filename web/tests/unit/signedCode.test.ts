import { beforeAll, describe, expect, test } from 'vitest';
import { judge, type Verdict } from '@/domain/signedCode';
import { forged, makeWorld, NOW, sealed } from './codes';

let world: Awaited<ReturnType<typeof makeWorld>>;
beforeAll(async () => {
  world = await makeWorld();
});

async function check(text: string, expected: Verdict['kind'], now = NOW): Promise<void> {
  expect((await judge(text, world.set, now)).kind).toBe(expected);
}

describe('a scanned code gets one plain verdict', () => {
  test('signed by a published key and in time', async () => {
    const verdict = await judge(`  ${await world.makeCode()}\n`, world.set, NOW);
    expect(verdict).toMatchObject({
      kind: 'trusted',
      code: { intent: world.intent, payee: world.payee, quote: world.quote },
    });
  });
  test('genuine, but its time is over', async () => check(await world.makeCode(), 'expired', NOW + 60_000));
  test('genuine, but made in the future', async () =>
    check(await world.makeCode({ createdAt: NOW + 120_000, expiresAt: NOW + 240_000 }), 'expired'));
  test('genuine, with the longest life', async () =>
    check(await world.makeCode({ createdAt: NOW, expiresAt: NOW + 3_600_000 }), 'trusted'));
  test('signed for longer than any code lives', async () =>
    check(await world.makeCode({ createdAt: NOW, expiresAt: NOW + 3_601_000 }), 'altered'));
  test('signed for longer than any code lives, and expired', async () =>
    check(await world.makeCode({ createdAt: NOW - 7_200_000, expiresAt: NOW - 1_000 }), 'altered'));
  test('changed, with the check sum repaired', async () =>
    check(
      forged(await world.makeCode(), (text) => text.replace('54044500', '54049500')),
      'altered',
    ));
  test('changed, with a wrong check sum', async () =>
    check((await world.makeCode()).replace('54044500', '54049500'), 'altered'));
  test('an object added, though signed', async () =>
    check(
      await world.makeCode({ before: (text) => text.replace('5802KR', '55020158' + '02KR') }),
      'altered',
    ));
  test('changed and expired is altered, never only expired', async () =>
    check(
      forged(await world.makeCode(), (text) => text.replace('54044500', '54049500')),
      'altered',
      NOW + 600_000,
    ));
  test('a key that is not published', async () =>
    check(await world.makeCode({ kid: 'code-9' }), 'unknown_key'));
  test('a key that was not in force then', async () =>
    check(await world.makeCode({ createdAt: NOW - 40 * 86_400_000 }), 'unknown_key'));
  test('a payment code of another network', async () =>
    check(
      '00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST MERCHANT6006MANILA63044481',
      'unsigned',
    ));
  test('our code with its signature taken away', async () => {
    const code = await world.makeCode();
    await check(sealed(code.slice(0, code.indexOf('82990005farth'))), 'unsigned');
  });
  test('another network, damaged', async () =>
    check(
      '00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST MERCHANT6006MANILA63044482',
      'not_payment',
    ));
  test('a link', async () => check('https://example.org/pay', 'unsigned'));
  test('plain words', async () => check('hello', 'not_payment'));
  test('nothing', async () => check('', 'not_payment'));
  test('no key set to trust', async () => {
    expect((await judge(await world.makeCode(), undefined, NOW)).kind).toBe('unchecked');
  });
  test('every single changed character is noticed', async () => {
    const code = await world.makeCode();
    for (let at = 0; at < code.length; at += 7) {
      const other = code[at] === '1' ? '2' : '1';
      const verdict = await judge(code.slice(0, at) + other + code.slice(at + 1), world.set, NOW);
      expect(verdict.kind, `at ${at}`).not.toBe('trusted');
    }
  });
});
