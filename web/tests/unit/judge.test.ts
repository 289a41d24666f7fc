import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import * as client from '@/api/client';
import { trustedKeys } from '@/api/keys';
import * as wallet from '@/api/wallet';
import { judgeBy } from '@/features/pay/codes';
import { makeWorld, NOW } from './codes';

vi.mock('@/api/client');
vi.mock('@/api/wallet');

const world = await makeWorld();
const code = await world.makeCode();

beforeEach(() => {
  vi.resetAllMocks();
  vi.mocked(client.serverNow).mockReturnValue(NOW);
  vi.mocked(wallet.inspect).mockResolvedValue('trusted');
});

test.each([null, {}, { set: {} }, { ...world.keySet, set: {} }])(
  'the key set %j is untrusted, and the server is not asked instead',
  async (published) => {
    vi.mocked(client.open).mockResolvedValue(published);
    const known = await trustedKeys();
    expect(known).toEqual({ kind: 'untrusted', why: 'malformed' });
    expect((await judgeBy(known, code)).kind).toBe('unchecked');
    expect(wallet.inspect).not.toHaveBeenCalled();
  },
);
test('nor is it asked when the check itself failed', async () => {
  expect((await judgeBy(undefined, code)).kind).toBe('unchecked');
  expect(wallet.inspect).not.toHaveBeenCalled();
});
test('it is asked where this browser cannot check', async () => {
  expect((await judgeBy({ kind: 'untrusted', why: 'unsupported' }, code)).kind).toBe('trusted');
  expect((await judgeBy({ kind: 'absent' }, code)).kind).toBe('trusted');
});
