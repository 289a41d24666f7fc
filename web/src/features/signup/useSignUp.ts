/** Opening a wallet: the key and both ids are made and kept first, so that a lost answer can be asked for again. */

import { useState } from 'react';
import { isRefusal } from '@/api/errors';
import { createDeviceKey, type Identity } from '@/api/keystore';
import { useSession } from '@/api/session';
import { me, signUp } from '@/api/wallet';
import { newId } from '@/domain/typeid';

const CURRENCY = 'KRW';

export function useSignUp() {
  const { session, keep } = useSession();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });

  const submit = async (name: string, deviceName: string) => {
    setState({ busy: true, error: undefined });
    try {
      const started = session.kind === 'none' ? session.started : undefined;
      const identity = started ?? (await newIdentity(deviceName));
      if (!started) await keep(identity);
      await openWallet(identity, name, deviceName);
      await keep({ ...identity, deviceName, signedUp: true });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, submit };
}

async function newIdentity(deviceName: string): Promise<Identity> {
  const key = await createDeviceKey();
  const createdAt = new Date().toISOString();
  return { payer: newId('pyr'), device: newId('dev'), deviceName, signedUp: false, createdAt, ...key };
}

async function openWallet(identity: Identity, name: string, deviceName: string): Promise<void> {
  const { payer, device } = identity;
  try {
    await signUp(identity, { currency: CURRENCY, device, device_name: deviceName, name, payer });
  } catch (error) {
    // An earlier try was answered, but the answer got lost, and the name was changed since.
    if (!isRefusal(error, 'payer.exists')) throw error;
    await me(identity);
  }
}
