/** Passkeys: the browser's ceremonies, between two calls each. What an assertion is worth, the server decides. */

import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type { Json } from '@/domain/jcs';
import type { SessionKind } from '@/domain/join';
import { newId, type DeviceId } from '@/domain/typeid';
import { adoptToken, asDevice, openSession, proven } from './client';
import { createDeviceKey, keepInMemory, type Identity } from './keystore';
import type {
  AddPasskeyBody,
  ApprovalView,
  BeginPasskeyStepUpBody,
  BeginSignInBody,
  CeremonyView,
  Page,
  PasskeyStepUpBody,
  PasskeyView,
  RecoveryPasskey,
  SignInBody,
  SignInView,
} from './types';

export const canPasskey = (): boolean => browserSupportsWebAuthn();

/** The payer closed the browser's own window, or let its time run out. */
export const isDeclined = (error: unknown): boolean =>
  (error instanceof WebAuthnError && error.code === 'ERROR_CEREMONY_ABORTED') ||
  (error instanceof Error && ['NotAllowedError', 'AbortError'].includes(error.name));

export const passkeys = (identity: Identity) =>
  asDevice<Page<PasskeyView>>(identity, { path: '/v1/passkeys' });

export const beginPasskey = (identity: Identity, bodyText: string) =>
  asDevice<CeremonyView>(identity, { method: 'POST', path: '/v1/passkeys/begin', bodyText });

/** Makes the passkey in the browser and hands it in. */
export async function finishPasskey(
  identity: Identity,
  { ceremony, options }: CeremonyView,
): Promise<PasskeyView> {
  const made = await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON });
  const body: AddPasskeyBody = { ceremony, credential: plain(made) };
  return asDevice<PasskeyView>(identity, { method: 'POST', path: '/v1/passkeys', body });
}

export const renamePasskey = (identity: Identity, passkey: string, name: string) =>
  asDevice<PasskeyView>(identity, { method: 'POST', path: '/v1/passkeys/rename', body: { name, passkey } });

export const revokePasskey = (identity: Identity, bodyText: string) =>
  asDevice<PasskeyView>(identity, { method: 'POST', path: '/v1/passkeys/revoke', bodyText });

/** Approves exactly the body with this digest. */
export async function approveByPasskey(identity: Identity, digest: string): Promise<ApprovalView> {
  const begin: BeginPasskeyStepUpBody = { body: digest };
  const { ceremony, options } = await asDevice<CeremonyView>(identity, {
    method: 'POST',
    path: '/v1/step-up/passkey/begin',
    body: begin,
  });
  const body: PasskeyStepUpBody = { body: digest, ceremony, credential: await assertion(options) };
  return asDevice<ApprovalView>(identity, { method: 'POST', path: '/v1/step-up/passkey', body });
}

/**
 * Lets this browser into a wallet by a passkey: with a device key of its own, which waits as any new device does. On a
 * machine that others use, too, nothing is kept beyond this page, and its session takes the place of the first.
 */
export async function signIn(deviceName: string, kind: SessionKind): Promise<Identity> {
  const key = await createDeviceKey();
  const device = newId('dev');
  const body: SignInBody = { ...(await assertedFor(key, device)), device, device_name: deviceName };
  const { payer, token } = await proven<SignInView>(key, { method: 'POST', path: '/v1/sign-in', body });
  const createdAt = new Date().toISOString();
  const own: Identity = { payer: payer.payer, device, deviceName, signedUp: true, createdAt, ...key };
  if (kind === 'own') {
    await adoptToken(device, token);
    return own;
  }
  keepInMemory();
  const shared: Identity = { ...own, kind };
  await adoptToken(device, await openSession(shared));
  return shared;
}

/** A passkey's word for a device that is not bound yet: in signing in, or as one of two factors of a recovery. */
export async function assertedFor(
  key: Pick<Identity, 'jwk' | 'privateKey'>,
  device: DeviceId,
): Promise<RecoveryPasskey> {
  const begin: BeginSignInBody = { device };
  const { ceremony, options } = await proven<CeremonyView>(key, {
    method: 'POST',
    path: '/v1/sign-in/begin',
    body: begin,
  });
  return { ceremony, credential: await assertion(options) };
}

const assertion = async (options: CeremonyView['options']) =>
  plain(await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON }));

/** As it goes over the wire: absent members are absent. */
const plain = (value: object) => JSON.parse(JSON.stringify(value)) as Readonly<Record<string, Json>>;
