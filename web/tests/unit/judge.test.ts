import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import * as client from '@/api/client';
import { trustedKeys } from '@/api/keys';
import * as inspection from '@/api/inspection';
import { intentOfLink, judgeBy } from '@/features/pay/codes';
import { forged, makeWorld, NOW } from './codes';
import { said } from './inspection';

vi.mock('@/api/client');
vi.mock('@/api/inspection');

const world = await makeWorld();
const code = await world.makeCode();

beforeEach(() => {
  vi.resetAllMocks();
  vi.mocked(client.serverNow).mockReturnValue(NOW);
  vi.mocked(inspection.inspectText).mockResolvedValue(said({ verdict: 'trusted' }));
});

test.each([null, {}, { set: {} }, { ...world.keySet, set: {} }])(
  'the key set %j is untrusted, and the server is not asked instead',
  async (published) => {
    vi.mocked(client.open).mockResolvedValue(published);
    const known = await trustedKeys();
    expect(known).toEqual({ kind: 'untrusted', why: 'malformed' });
    expect((await judgeBy(known, code)).kind).toBe('unchecked');
    expect(inspection.inspectText).not.toHaveBeenCalled();
  },
);
test('nor is it asked when the check itself failed', async () => {
  expect((await judgeBy(undefined, code)).kind).toBe('unchecked');
  expect(inspection.inspectText).not.toHaveBeenCalled();
});
test('it is asked where this browser cannot check', async () => {
  expect((await judgeBy({ kind: 'untrusted', why: 'unsupported' }, code)).kind).toBe('trusted');
  expect((await judgeBy({ kind: 'absent' }, code)).kind).toBe('trusted');
});

test.each(['https://naver.com', 'hello', 'WIFI:S:x;;'])('%j is explained by the server', async (text) => {
  const inspection_ = said({ scheme: 'link', verdict: 'suspicious' });
  vi.mocked(inspection.inspectText).mockResolvedValue(inspection_);
  expect(await judgeBy({ kind: 'absent' }, text)).toEqual({
    kind: 'inspected',
    text,
    inspection: inspection_,
  });
});
test('without an answer the page still says what it can', async () => {
  vi.mocked(inspection.inspectText).mockRejectedValue(new Error('offline'));
  expect(await judgeBy({ kind: 'absent' }, 'https://naver.com')).toEqual({
    kind: 'unsigned',
    name: undefined,
  });
});
test('a megabyte is not sent', async () => {
  expect(await judgeBy({ kind: 'absent' }, 'x'.repeat(1_000_000))).toEqual({ kind: 'not_payment' });
  expect(inspection.inspectText).not.toHaveBeenCalled();
});
test('a code of ours that was changed is judged here, whatever the server says', async () => {
  vi.mocked(client.open).mockResolvedValue(world.keySet);
  const changed = forged(code, (text) => text.replace('54044500', '54044501'));
  expect((await judgeBy(await trustedKeys(), changed)).kind).toBe('altered');
  expect(inspection.inspectText).not.toHaveBeenCalled();
});
test.each([
  ['https://pay.example/#i=int_01k9zj3d8nf2m0000000000000&p=x', 'trusted', true],
  ['https://pay.example/#i=int_01k9zj3d8nf2m0000000000000&p=x', 'suspicious', false],
  ['https://pay.example/#i=pay_01k9zj3d8nf2m0000000000000', 'trusted', false],
])('the intent of %s, %s', (text, verdict, found) => {
  const inspected = {
    kind: 'inspected',
    text,
    inspection: said({ scheme: 'link', verdict: verdict as 'trusted' }),
  } as const;
  expect(intentOfLink(inspected) !== undefined).toBe(found);
});
