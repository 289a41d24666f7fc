import { beforeAll, describe, expect, test } from 'vitest';
import { sha256, toBase64Url, utf8 } from '@/domain/base64url';
import { cellOf } from '@/domain/geohash';
import { currencyOf, readAmount } from '@/domain/money';
import { judge, type Sticker, type Verdict } from '@/domain/signedCode';
import { allows, isTakenFrom } from '@/domain/terms';
import { bytesOf, createId } from '@/domain/typeid';
import { forged, makeWorld, NOW } from './codes';

const DAY = 86_400_000;
const krw = (minor: number) => ({ currency: 'KRW', minor });
let world: Awaited<ReturnType<typeof makeWorld>>;
let text: string;
beforeAll(async () => {
  world = await makeWorld();
  text = await world.makeSticker();
});

const check = async (sticker: string, expected: Verdict['kind'], { set = world.set, now = NOW } = {}) =>
  expect((await judge(sticker, set, now)).kind).toBe(expected);

describe('a sticker is judged without the network', () => {
  test('signed, in time, not withdrawn', async () => {
    expect(await judge(text, world.set, NOW)).toMatchObject({
      kind: 'sticker',
      payload: text,
      sticker: {
        payee: world.payee,
        name: '모퉁이 커피',
        nameLatin: 'Corner Coffee',
        serial: 'SEOUL-1',
        counter: 'counter-1',
        cap: krw(50_000),
      },
    });
  });
  test('its serial was withdrawn', () =>
    check(text, 'revoked', { set: { ...world.set, revoked_serials: ['SEOUL-1'] } }));
  test('its key was withdrawn', () =>
    check(text, 'revoked', { set: { ...world.set, revoked_keys: ['code-1'] } }));
  test('another serial was withdrawn', () =>
    check(text, 'sticker', { set: { ...world.set, revoked_serials: ['SEOUL-2'] } }));
  test('the list of withdrawn ones is a week old', () =>
    check(text, 'sticker', { now: Date.parse(world.set.issued_at) + 7 * DAY }));
  test('it is older', () => check(text, 'stale', { now: Date.parse(world.set.issued_at) + 7 * DAY + 1 }));
  test('it is from the future', () =>
    check(text, 'stale', { set: { ...world.set, issued_at: new Date(NOW + DAY).toISOString() } }));
  test('its time is over', async () =>
    check(await world.makeSticker({ createdAt: NOW - DAY, expiresAt: NOW - 1_000 }), 'expired'));
  test('signed for longer than any sticker lives', async () =>
    check(await world.makeSticker({ createdAt: NOW, expiresAt: NOW + 397 * DAY }), 'altered'));
  test('a higher cap, with the check sum repaired', () =>
    check(
      forged(text, (code) => code.replace('050550000', '050590000')),
      'altered',
    ));
  test('an amount put in, though signed', async () =>
    check(
      await world.makeSticker({ before: (code) => code.replace('5802KR', '5404450058' + '02KR') }),
      'altered',
    ));
  test('a cap that is no amount', async () => check(await world.makeSticker({ cap: '050' }), 'altered'));
  test('a serial that is none', async () => check(await world.makeSticker({ serial: 'seoul' }), 'altered'));
  test('a sticker that calls itself a code for one payment', () =>
    check(
      forged(text, (code) => code.replace('010211', '010212')),
      'altered',
    ));
  test('no key set to trust', async () => {
    const verdict = await judge(text, undefined, NOW);
    expect(verdict).toMatchObject({ kind: 'unchecked', would: { kind: 'sticker' } });
  });
});

test.each([
  ['4500', 'KRW', 4500],
  ['12.34', 'EUR', 1234],
  ['0.05', 'EUR', 5],
  ['12.3', 'EUR', undefined],
  ['12', 'EUR', undefined],
  ['012.34', 'EUR', undefined],
  ['45.00', 'KRW', undefined],
  ['-1', 'KRW', undefined],
  ['4,500', 'KRW', undefined],
  ['1.250', 'BHD', 1250],
  ['99999999999999999', 'KRW', undefined],
])('%s %s is read as %s', (written, currency, minor) => {
  expect(readAmount(written, currency)?.minor).toBe(minor);
});
test('a currency is named by its number', () => {
  expect(['410', '978', '048', '999', '41'].map(currencyOf)).toEqual([
    'KRW',
    'EUR',
    'BHD',
    undefined,
    undefined,
  ]);
});

describe('terms from a sticker', () => {
  const intent = createId('int', NOW, new Uint8Array(10).fill(7));
  const [payer, other] = [1, 2].map((fill) => createId('pyr', NOW, new Uint8Array(10).fill(fill)));
  const takerOf = async (id: typeof payer) =>
    toBase64Url(
      await sha256(
        new Uint8Array([...utf8('farthing taker '), ...bytesOf(intent), ...bytesOf(id ?? intent)]),
      ),
    );

  test.each<[string, (terms: Terms) => unknown, boolean]>([
    ['as entered', (terms) => terms, true],
    ['another amount', (terms) => ({ ...terms, amount: krw(4_501) }), false],
    [
      'another payee',
      (terms) => ({ ...terms, payee: { id: createId('pye', 1, new Uint8Array(10)) } }),
      false,
    ],
    ['another sticker', (terms) => ({ ...terms, counter: { ...terms.counter, serial: 'SEOUL-2' } }), false],
    ['no sticker', (terms) => ({ ...terms, counter: undefined }), false],
    ['nobody named', (terms) => ({ ...terms, counter: { serial: 'SEOUL-1' } }), false],
    [
      'another payer',
      async (terms) => ({ ...terms, counter: { ...terms.counter, taker: await takerOf(other) } }),
      false,
    ],
  ])('%s', async (_, change, holds) => {
    const { sticker } = (await judge(text, world.set, NOW)) as { sticker: Sticker };
    const terms = (await change(await core())) as Terms;
    expect(await isTakenFrom(terms, { sticker, amount: krw(4_500), payer: payer as never })).toBe(holds);
  });
  type Terms = Parameters<typeof isTakenFrom>[0];
  const core = async (): Promise<Terms> => ({
    amount: krw(4_500),
    counter: { serial: 'SEOUL-1', taker: await takerOf(payer) },
    funding: [{ fee: krw(0) }],
    intent,
    payee: { id: world.payee },
  });

  test.each([
    [0, false],
    [1, true],
    [50_000, true],
    [50_001, false],
  ])('%i of a cap of 50,000', (minor, holds) => {
    expect(allows({ cap: krw(50_000) }, krw(minor))).toBe(holds);
  });
});

test.each([
  [37.5663, 126.9779, 'wydm9qw'],
  [0, 0, 's000000'],
  [-90, -180, '0000000'],
  [90, 180, 'zzzzzzz'],
])('%f, %f lies in %s', (latitude, longitude, cell) => {
  expect(cellOf({ latitude, longitude })).toBe(cell);
});
