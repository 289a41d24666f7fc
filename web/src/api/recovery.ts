/** Coming back to a wallet, and stopping one that is in other hands: docs/recovery.md. */

import type { DeviceId, PayerId } from '@/domain/typeid';
import { adoptToken, asDevice, open, proven } from './client';
import type { Identity, Recovering } from './keystore';
import { assertedFor } from './passkeys';
import type {
  CodesView,
  FreezeByCodeBody,
  FreezeForBody,
  HeardView,
  RecoverBody,
  RecoveredView,
  RecoveryView,
  VouchBody,
} from './types';

export const recovery = (identity: Identity) => asDevice<RecoveryView>(identity, { path: '/v1/recovery' });

/** The bodies are made by the caller, because one more check is bound to their very bytes. */
export const printCodes = (identity: Identity, bodyText: string) =>
  asDevice<CodesView>(identity, { method: 'POST', path: '/v1/recovery/codes', bodyText });

export const addContact = (identity: Identity, bodyText: string) =>
  asDevice<RecoveryView>(identity, { method: 'POST', path: '/v1/recovery/contacts', bodyText });

export const removeContact = (identity: Identity, bodyText: string) =>
  asDevice<RecoveryView>(identity, { method: 'POST', path: '/v1/recovery/contacts/remove', bodyText });

/** As somebody's trusted contact. The answer is the same for everybody. */
export const vouch = (identity: Identity, device: DeviceId, payer: PayerId) => {
  const body: VouchBody = { device, payer };
  return asDevice<HeardView>(identity, { method: 'POST', path: '/v1/recovery/vouch', body });
};

export const freezeFor = (identity: Identity, payer: PayerId) => {
  const body: FreezeForBody = { payer };
  return asDevice<HeardView>(identity, { method: 'POST', path: '/v1/recovery/freeze-for', body });
};

/** From any machine, without a wallet. The answer is the same whatever the code. */
export const freezeByCode = (payer: PayerId, code: string) => {
  const body: FreezeByCodeBody = { code, payer };
  return open<HeardView>({ method: 'POST', path: '/v1/recovery/freeze', body });
};

/** What a new device shows of its owner. Nothing: it asks whether somebody has spoken for it meanwhile. */
export type Shown = { readonly code: string } | 'passkey' | 'nothing';

/** With two factors the device is bound; with fewer the server refuses, and remembers the one for a week. */
export async function recover(started: Recovering, shown: Shown): Promise<Identity> {
  const { device, deviceName, jwk, payer, privateKey } = started;
  const body: RecoverBody = {
    ...(typeof shown === 'object' && { code: shown.code }),
    device,
    device_name: deviceName,
    ...(shown === 'passkey' && { passkey: await assertedFor(started, device) }),
    payer,
  };
  const { token } = await proven<RecoveredView>(started, { method: 'POST', path: '/v1/recovery', body });
  await adoptToken(device, token);
  return { payer, device, deviceName, jwk, privateKey, signedUp: true, createdAt: new Date().toISOString() };
}
