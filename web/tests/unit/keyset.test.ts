import { beforeAll, expect, test } from 'vitest';
import { checkKeySet, type KeySet } from '@/domain/keyset';
import { makeWorld, NOW } from './codes';

let world: Awaited<ReturnType<typeof makeWorld>>;
beforeAll(async () => {
  world = await makeWorld();
});

test('the first set is trusted and its root pinned', async () => {
  const { root, sequence } = world.set;
  expect(await checkKeySet(world.keySet, undefined, NOW)).toEqual({ ok: true, pin: { root, sequence } });
});
test('the same sequence again is fine', async () => {
  expect(await checkKeySet(world.keySet, { root: world.set.root, sequence: 7 }, NOW)).toMatchObject({
    ok: true,
  });
});
test('an older set is refused', async () => {
  expect(await checkKeySet(world.keySet, { root: world.set.root, sequence: 8 }, NOW)).toEqual({
    ok: false,
    why: 'rolled_back',
  });
});
test('another root is refused', async () => {
  const other = await makeWorld();
  expect(await checkKeySet(other.keySet, { root: world.set.root, sequence: 1 }, NOW)).toEqual({
    ok: false,
    why: 'other_root',
  });
});
test('a changed set is refused', async () => {
  const keySet = { ...world.keySet, set: { ...world.set, sequence: 9 } };
  expect(await checkKeySet(keySet, undefined, NOW)).toEqual({ ok: false, why: 'signature' });
});
test('a root that is not the one named is refused', async () => {
  const other = await makeWorld();
  expect(await checkKeySet({ ...world.keySet, root_x: other.keySet.root_x }, undefined, NOW)).toEqual({
    ok: false,
    why: 'other_root',
  });
});
test('an expired set is refused', async () => {
  expect(await checkKeySet(world.keySet, undefined, Date.parse(world.set.expires_at))).toEqual({
    ok: false,
    why: 'expired',
  });
});
test('a cut signature is malformed', async () => {
  expect(await checkKeySet({ ...world.keySet, signature: 'AA' }, undefined, NOW)).toEqual({
    ok: false,
    why: 'malformed',
  });
});

test('what is withdrawn is signed with the rest', async () => {
  const keySet = await world.publish({ ...world.set, revoked_serials: ['A-1'], revoked_keys: ['code-0'] });
  expect(await checkKeySet(keySet, undefined, NOW)).toMatchObject({ ok: true });
  const quieter = { ...keySet, set: { ...keySet.set, revoked_serials: [] } };
  expect(await checkKeySet(quieter, undefined, NOW)).toEqual({ ok: false, why: 'signature' });
});
test.each<[string, (keySet: KeySet) => unknown]>([
  [
    'withdrawn serials that are no list',
    (keySet) => ({ ...keySet, set: { ...keySet.set, revoked_serials: 'A' } }),
  ],
  ['nothing', () => null],
  ['a word', () => 'keys'],
  ['an empty object', () => ({})],
  ['an empty set', (keySet) => ({ ...keySet, set: {} })],
  ['keys that are no list', (keySet) => ({ ...keySet, set: { ...keySet.set, keys: {} } })],
  ['a key that is none', (keySet) => ({ ...keySet, set: { ...keySet.set, keys: [null] } })],
  ['a root that is no text', (keySet) => ({ ...keySet, root_x: 1 })],
  ['no sequence', (keySet) => ({ ...keySet, set: { ...keySet.set, sequence: undefined } })],
  ['an end that is no time', (keySet) => ({ ...keySet, set: { ...keySet.set, expires_at: 'never' } })],
])('%s is malformed', async (_, change) => {
  expect(await checkKeySet(change(world.keySet), undefined, NOW)).toEqual({ ok: false, why: 'malformed' });
});
