/** Ed25519 by WebCrypto, where the browser has it. */

import type { Bytes } from './base64url';

/** `undefined` where this browser cannot check Ed25519 signatures at all. */
export async function verifyEd25519(
  publicKey: Bytes,
  signature: Bytes,
  message: Bytes,
): Promise<boolean | undefined> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotSupportedError' ? undefined : false;
  }
  return crypto.subtle.verify('Ed25519', key, signature, message);
}
