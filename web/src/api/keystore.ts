/** What this browser holds: the device key (never extractable), who it belongs to, the pinned root, open questions. */

import type { Jwk } from '@/domain/proof';
import type { SessionKind } from '@/domain/join';
import type { KeySet, Pin } from '@/domain/keyset';
import type { Amount } from '@/domain/money';
import type { DeviceId, PayerId, PaymentId } from '@/domain/typeid';
import { NotPossible } from './errors';
import type { TokenView } from './types';

export interface Identity {
  readonly payer: PayerId;
  readonly device: DeviceId;
  readonly deviceName: string;
  readonly jwk: Jwk;
  readonly privateKey: CryptoKey;
  /** False until the server has answered the sign-up. */
  readonly signedUp: boolean;
  /** Set between logging out and coming back: the key stays, and nothing is asked or shown. */
  readonly out?: boolean;
  readonly createdAt: string;
  /** `shared`: a machine that others use afterwards. Then everything is kept in memory, and goes with the page. */
  readonly kind?: SessionKind;
}

/** An approval whose outcome has not been heard: its exact body, so that it can be sent again under the same id. */
export interface Unsettled {
  readonly payment: PaymentId;
  readonly body: string;
  readonly payeeName: string;
  readonly amount: Amount;
  readonly since: string;
}

export interface TrustedKeys {
  readonly pin: Pin;
  readonly keys: KeySet;
  readonly fetchedAt: string;
}

/** The session this browser has, for all of its tabs. Of use only with the device key. */
export interface KeptToken {
  readonly device: DeviceId;
  readonly view: TokenView;
  /** When it was given, by this clock. */
  readonly at: number;
}

/** A recovery that was begun here: the new key, and what was accepted so far. */
export interface Recovering {
  readonly payer: PayerId;
  readonly device: DeviceId;
  readonly deviceName: string;
  readonly jwk: Jwk;
  readonly privateKey: CryptoKey;
  /** Accepted by the server; `vouched` is a contact or the provider, which of them it does not say. */
  readonly factors: readonly ('printed_code' | 'passkey' | 'vouched')[];
  readonly begunAt: string;
}

interface Slots {
  /** This device with the key it is about to have. */
  rotating: Identity;
  recovering: Recovering;
  identity: Identity;
  token: KeptToken;
  trusted: TrustedKeys;
  unsettled: readonly Unsettled[];
}

const DATABASE = 'farthing';
const STORE = 'wallet';

/** Set while this browser is a shared machine: nothing is written to it. */
let memory: Map<string, unknown> | undefined;

/** From now on nothing is kept beyond this page. */
export const keepInMemory = (): void => void (memory ??= new Map());

export async function load<K extends keyof Slots>(slot: K): Promise<Slots[K] | undefined> {
  if (memory) return memory.get(slot) as Slots[K] | undefined;
  return run('readonly', (store) => store.get(slot) as IDBRequest<Slots[K] | undefined>);
}

export async function save<K extends keyof Slots>(slot: K, value: Slots[K]): Promise<void> {
  if (memory) {
    memory.set(slot, value);
    return;
  }
  await run('readwrite', (store) => store.put(value, slot));
}

export async function forget(slot: keyof Slots): Promise<void> {
  if (memory) {
    memory.delete(slot);
    return;
  }
  await run('readwrite', (store) => store.delete(slot));
}

/** Deletes all that this browser holds of a wallet, the key included. */
export async function forgetAll(): Promise<void> {
  memory = undefined;
  await run('readwrite', (store) => store.clear());
}

/** Makes the device key. The private half can sign, and can never be read, by this page or any other. */
export async function createDeviceKey(): Promise<{ privateKey: CryptoKey; jwk: Jwk }> {
  if (!('subtle' in crypto)) throw new NotPossible('webcrypto');
  try {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ]);
    const { x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
    if (x === undefined || y === undefined) throw new TypeError('public key without coordinates');
    return { privateKey: pair.privateKey, jwk: { crv: 'P-256', kty: 'EC', x, y } };
  } catch (error) {
    throw new NotPossible('webcrypto', error);
  }
}

let database: Promise<IDBDatabase> | undefined;

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  database ??= open();
  try {
    const transaction = (await database).transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    return await new Promise<T>((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error ?? new Error('storage failed'));
      transaction.onabort = () => reject(transaction.error ?? new Error('storage was aborted'));
    });
  } catch (error) {
    database = undefined;
    throw error instanceof NotPossible ? error : new NotPossible('indexeddb', error);
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined') {
      reject(new NotPossible('indexeddb'));
      return;
    }
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new NotPossible('indexeddb', request.error));
  });
}
