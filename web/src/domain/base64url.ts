/** Bytes ↔ base64url without padding (RFC 4648 §5), the form of every digest and key on the wire. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** `undefined` when `text` is not base64url written the one right way. */
export function fromBase64Url(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  // INVARIANT: one value, one text; unused trailing bits must be zero.
  return toBase64Url(bytes) === text ? bytes : undefined;
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** SHA-256 of the UTF-8 bytes of `text`, as the wire writes a digest. */
export async function digestOf(text: string): Promise<string> {
  return toBase64Url(await sha256(utf8(text)));
}
