/** Another key for this device: docs/recovery.md. Whatever becomes of the answer, the key the server knows is kept here. */

import { canonical } from '@/domain/jcs';
import { dropToken, openSession, possession, tokenBody, adoptToken, asDevice } from './client';
import { isRefusal, NotKnown } from './errors';
import { createDeviceKey, forget, load, save, type Identity } from './keystore';
import type { DeviceView, RotateKeyBody } from './types';

type Stepped = <T>(act: (bodyText: string) => Promise<T>, bodyText: string) => Promise<T>;

/**
 * Makes a key, shows that it is here, and has the old one sign for it; `stepped` does the check that may be asked for.
 *
 * INVARIANT: the new key is kept before the first byte leaves, and the old one until the server is known to have changed.
 */
export async function rotateKey(identity: Identity, stepped: Stepped): Promise<Identity> {
  const key = await createDeviceKey();
  const next: Identity = { ...identity, ...key };
  const body: RotateKeyBody = {
    possession: await possession(next, tokenBody(identity), '/v1/devices/rotate'),
  };
  await save('rotating', next);
  try {
    await stepped(
      (bodyText) => asDevice<DeviceView>(identity, { method: 'POST', path: '/v1/devices/rotate', bodyText }),
      canonical(body),
    );
  } catch (error) {
    if (!(error instanceof NotKnown)) {
      await forget('rotating');
      throw error;
    }
    const settled = await settleRotation(identity);
    if (settled === identity) throw error;
    return settled;
  }
  return adopt(next);
}

/** After a lost answer: the identity whose key the server knows. Without an answer again, nothing changes. */
export async function settleRotation(identity: Identity): Promise<Identity> {
  const next = await load('rotating');
  if (next?.device !== identity.device) return identity;
  try {
    await adoptToken(next.device, await openSession(next));
  } catch (error) {
    if (isRefusal(error, 'auth.refused')) await forget('rotating');
    return identity;
  }
  return adopt(next);
}

async function adopt(next: Identity): Promise<Identity> {
  await save('identity', next);
  await forget('rotating');
  await dropToken();
  return next;
}
