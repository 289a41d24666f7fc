/** EMVCo merchant-presented codes: tag, two-digit length, value; CRC-16/CCITT-FALSE at the end. */

const CODE_CHARS_MAX = 512;

export interface Field {
  readonly tag: string;
  readonly value: string;
  /** Where the field starts in the text that was read. */
  readonly at: number;
}

/** `undefined` when the lengths do not add up. Lengths count characters, as EMVCo does. */
export function parseFields(text: string): readonly Field[] | undefined {
  const chars = Array.from(text);
  const fields: Field[] = [];
  let at = 0;
  while (at < chars.length) {
    const head = chars.slice(at, at + 4).join('');
    if (!/^\d{4}$/.test(head)) return undefined;
    const end = at + 4 + Number(head.slice(2));
    if (end > chars.length) return undefined;
    fields.push({ tag: head.slice(0, 2), value: chars.slice(at + 4, end).join(''), at });
    at = end;
  }
  return fields;
}

export type EmvCode =
  /** `damaged`: the objects can be walked, but the check sum is wrong or missing. */
  { readonly kind: 'code' | 'damaged'; readonly fields: readonly Field[] } | { readonly kind: 'other' };

export function parseEmv(text: string): EmvCode {
  const fields = text.startsWith('0002') && text.length <= CODE_CHARS_MAX ? parseFields(text) : undefined;
  if (fields === undefined) return { kind: 'other' };
  const last = fields.at(-1);
  const covered = Array.from(text)
    .slice(0, (last?.at ?? 0) + 4)
    .join('');
  const holds = last?.tag === '63' && last.value === crc16(covered);
  return { kind: holds ? 'code' : 'damaged', fields };
}

export const valueOf = (fields: readonly Field[] | undefined, tag: string): string | undefined =>
  fields?.find((field) => field.tag === tag)?.value;

/** CRC-16/CCITT-FALSE over the UTF-8 bytes, four upper-case hexadecimal digits. It stops damage, never forgery. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, '0');
}
