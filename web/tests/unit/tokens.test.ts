import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Identity } from '@/api/keystore';
import { createId } from '@/domain/typeid';

/** A browser's page: its own memory, the browser's shared store. */
async function page() {
  vi.resetModules();
  return { client: await import('@/api/client'), store: await import('@/api/keystore') };
}

const sent: { path: string; refresh: string | undefined; keptThen: string | undefined }[] = [];
let lifeMs = 600_000;
let refuseRefresh: string | undefined;

beforeEach(async () => {
  sent.length = 0;
  lifeMs = 600_000;
  refuseRefresh = undefined;
  const { store } = await page();
  await store.forgetAll();
  vi.stubGlobal('location', { origin: 'https://pay.example' });
  vi.stubGlobal('navigator', { locks: { request: (_: string, work: () => Promise<unknown>) => work() } });
  vi.stubGlobal('fetch', async (path: string, { body }: { body: string | null }) => {
    const { refresh_token: refresh } = JSON.parse(body ?? '{}') as { refresh_token?: string };
    const keptThen = (await (await import('@/api/keystore')).load('token'))?.view.refresh_token;
    sent.push({ path, refresh, keptThen });
    const answer = (status: number, value: object) =>
      new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json' } });
    if (path === '/v1/tokens/refresh' && refuseRefresh !== undefined)
      return answer(401, { code: refuseRefresh, message: 'no', retry: false });
    if (!path.startsWith('/v1/tokens')) return answer(200, {});
    const number = sent.length;
    return answer(200, {
      access_token: `access-${number}`,
      refresh_token: `refresh-${number}`,
      expires_at: new Date(Date.now() + lifeMs).toISOString(),
      session: 'ses_x',
      token_type: 'DPoP',
    });
  });
});

const { privateKey, publicKey } = await crypto.subtle.generateKey(
  { name: 'ECDSA', namedCurve: 'P-256' },
  true,
  ['sign'],
);
const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey);
const identity: Identity = {
  payer: createId('pyr', 1, new Uint8Array(10)),
  device: createId('dev', 1, new Uint8Array(10)),
  deviceName: 'x',
  jwk: { crv: 'P-256', kty: 'EC', x, y },
  privateKey,
  signedUp: true,
  createdAt: '',
};
const paths = () => sent.map(({ path }) => path);

test('a second page carries on with the same access token', async () => {
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  expect(paths()).toEqual(['/v1/tokens', '/v1/me', '/v1/me']);
});
test('an old token is refreshed once, and the refresh token is forgotten before it is sent', async () => {
  lifeMs = 1_000;
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  lifeMs = 600_000;
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  expect(paths()).toEqual(['/v1/tokens', '/v1/me', '/v1/tokens/refresh', '/v1/me', '/v1/me']);
  expect(sent[2]).toMatchObject({ refresh: 'refresh-1', keptThen: undefined });
});
test('a refused refresh opens a new session', async () => {
  lifeMs = 1_000;
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  refuseRefresh = 'auth.refused';
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  expect(paths()).toEqual(['/v1/tokens', '/v1/me', '/v1/tokens/refresh', '/v1/tokens', '/v1/me']);
});
test('a session that somebody ended stays ended until the payer comes back', async () => {
  lifeMs = 1_000;
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  refuseRefresh = 'auth.session_ended';
  const { client } = await page();
  const told = vi.fn();
  client.onSessionEnded(told);
  await expect(client.asDevice(identity, { path: '/v1/me' })).rejects.toMatchObject({ code: refuseRefresh });
  expect(paths()).toEqual(['/v1/tokens', '/v1/me', '/v1/tokens/refresh']);
  expect(told).toHaveBeenCalledOnce();
});
test('another device’s token is never used', async () => {
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  const other = { ...identity, device: createId('dev', 2, new Uint8Array(10)) };
  await (await page()).client.asDevice(other, { path: '/v1/me' });
  expect(paths()).toEqual(['/v1/tokens', '/v1/me', '/v1/tokens', '/v1/me']);
});
test('a shared machine writes nothing down', async () => {
  const { client, store } = await page();
  store.keepInMemory();
  await client.asDevice({ ...identity, kind: 'shared' }, { path: '/v1/me' });
  await store.save('identity', { ...identity, kind: 'shared' });
  expect(await store.load('token')).toBeDefined();
  const next = await page();
  expect([await next.store.load('token'), await next.store.load('identity')]).toEqual([undefined, undefined]);
});
test('where tabs cannot take turns, nothing is shared', async () => {
  vi.stubGlobal('navigator', {});
  await (await page()).client.asDevice(identity, { path: '/v1/me' });
  expect(await (await page()).store.load('token')).toBeUndefined();
});
