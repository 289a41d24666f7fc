import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { NotKnown, Refusal } from '@/api/errors';
import { load, save, type Identity, type Unsettled } from '@/api/keystore';
import type { PaymentView } from '@/api/types';
import * as wallet from '@/api/wallet';
import { createId } from '@/domain/typeid';
import { settle, type Outcome } from '@/features/pay/settle';

vi.mock('@/api/wallet');

const id = createId('pay', 1, new Uint8Array(10));
const question: Unsettled = {
  payment: id,
  body: '{}',
  payeeName: '모퉁이 커피',
  amount: { currency: 'KRW', minor: 4500 },
  since: '',
};
const identity = {} as Identity;
const refusal = (code: string, more: { payment?: typeof id; retry?: boolean; status?: number } = {}) =>
  new Refusal({ code, message: code, retry: false, status: 400, title: code, type: '', ...more });
const replayed = refusal('proof.replayed', { status: 401 });
const fault = refusal('service.fault', { status: 500 });
const captured = { payment: id, status: 'captured' } as PaymentView;

beforeEach(async () => {
  vi.resetAllMocks();
  await save('unsettled', []);
});

interface Case {
  readonly asked?: boolean;
  readonly pay: PaymentView | Error;
  readonly books?: PaymentView | Error;
  readonly expected: Outcome['kind'];
  readonly kept: boolean;
}

const answer = (value: PaymentView | Error) =>
  value instanceof Error ? Promise.reject(value) : Promise.resolve(value);

test.each<[string, Case]>([
  ['an answer settles it', { pay: captured, expected: 'paid', kept: false }],
  ['a refusal settles a first try', { pay: refusal('funds.insufficient'), expected: 'refused', kept: false }],
  ['no answer leaves it open', { pay: new NotKnown(), expected: 'unknown', kept: true }],
  [
    'a busy server leaves it open',
    { pay: refusal('service.overloaded', { retry: true }), expected: 'unknown', kept: true },
  ],
  [
    'a refusal that names the payment settles a retry',
    { asked: true, pay: refusal('payer.frozen', { payment: id }), expected: 'refused', kept: false },
  ],
  [
    'after silence another refusal proves nothing: the books say paid',
    { asked: true, pay: refusal('auth.refused'), books: captured, expected: 'paid', kept: false },
  ],
  [
    'after silence another refusal proves nothing: no answer from the books',
    { asked: true, pay: refusal('auth.refused'), books: new NotKnown(), expected: 'unknown', kept: true },
  ],
  [
    'after silence the books may not know it',
    {
      asked: true,
      pay: refusal('intent.expired'),
      books: refusal('payment.unknown'),
      expected: 'refused',
      kept: false,
    },
  ],
  [
    'a proof sent twice by the browser proves nothing, even on a first try: the books say paid',
    { pay: replayed, books: captured, expected: 'paid', kept: false },
  ],
  [
    'a proof sent twice by the browser: the books do not know it yet',
    { pay: replayed, books: refusal('payment.unknown'), expected: 'unknown', kept: true },
  ],
  [
    'a proof sent twice by the browser: no answer from the books',
    { pay: replayed, expected: 'unknown', kept: true },
  ],
  [
    'a proof sent twice by the browser: the books say refused',
    { pay: replayed, books: { ...captured, status: 'refused' }, expected: 'refused', kept: false },
  ],
  [
    'a fault of the server may come after the commit: the books say paid',
    { pay: fault, books: captured, expected: 'paid', kept: false },
  ],
  [
    'a fault of the server: the books do not know it yet',
    { pay: fault, books: refusal('payment.unknown'), expected: 'unknown', kept: true },
  ],
  [
    'a fault of the server on a retry: the books do not know it yet',
    { asked: true, pay: fault, books: refusal('payment.unknown'), expected: 'unknown', kept: true },
  ],
])('%s', async (_, { asked = false, pay, books = new NotKnown(), expected, kept }) => {
  if (asked) await save('unsettled', [question]);
  vi.mocked(wallet.pay).mockImplementation(() => answer(pay));
  vi.mocked(wallet.payment).mockImplementation(() => answer(books));
  expect((await settle(identity, question)).kind).toBe(expected);
  expect((await load('unsettled'))?.length).toBe(kept ? 1 : 0);
});

test('it is kept before the first byte leaves', async () => {
  vi.mocked(wallet.pay).mockImplementation(async () => {
    expect(await load('unsettled')).toEqual([question]);
    return captured;
  });
  await settle(identity, question);
});

test('after a proof sent twice, the next try with the same id decides', async () => {
  vi.mocked(wallet.pay).mockRejectedValueOnce(replayed).mockResolvedValueOnce(captured);
  vi.mocked(wallet.payment).mockRejectedValue(refusal('payment.unknown'));
  expect((await settle(identity, question)).kind).toBe('unknown');
  expect((await settle(identity, question)).kind).toBe('paid');
  expect(await load('unsettled')).toEqual([]);
});
