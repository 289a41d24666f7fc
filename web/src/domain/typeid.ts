/** Time-ordered ids with a readable prefix (TypeID 0.3 over UUIDv7, RFC 9562 §5.7). */

declare const brand: unique symbol;
export type Id<Prefix extends string> = string & { readonly [brand]: Prefix };

export type PayerId = Id<'pyr'>;
export type PayeeId = Id<'pye'>;
export type DeviceId = Id<'dev'>;
export type IntentId = Id<'int'>;
export type PaymentId = Id<'pay'>;
export type RefundId = Id<'rfd'>;
export type AccountId = Id<'acc'>;
export type DecisionId = Id<'dec'>;
export type EventId = Id<'evt'>;
export type SessionId = Id<'ses'>;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new id made at `at` (Unix milliseconds) from 10 random bytes. */
export function createId<P extends string>(prefix: P, at: number, random: Uint8Array): Id<P> {
  const uuid = new Uint8Array(16);
  new DataView(uuid.buffer).setBigUint64(0, BigInt(at) << 16n);
  uuid.set(random.subarray(0, 10), 6);
  uuid[6] = 0x70 | ((uuid[6] ?? 0) & 0x0f);
  uuid[8] = 0x80 | ((uuid[8] ?? 0) & 0x3f);
  return `${prefix}_${encode(uuid)}` as Id<P>;
}

/** A new id made now. */
export const newId = <P extends string>(prefix: P): Id<P> =>
  createId(prefix, Date.now(), crypto.getRandomValues(new Uint8Array(10)));

/** Whether `text` is an id with this prefix; 26 characters of base 32 whose first is at most `7`. */
export function isId<P extends string>(prefix: P, text: string): text is Id<P> {
  return text.startsWith(`${prefix}_`) && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length + 1));
}

/** The sixteen bytes behind an id. */
export function bytesOf(id: Id<string>): Uint8Array<ArrayBuffer> {
  let rest = Array.from(id.slice(-26)).reduce(
    (value, char) => (value << 5n) | BigInt(ALPHABET.indexOf(char)),
    0n,
  );
  const bytes = new Uint8Array(16);
  for (let at = 15; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

function encode(uuid: Uint8Array): string {
  let rest = uuid.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
    rest >>= 5n;
  }
  return text;
}
