/** RFC 8785 (JCS): one value, one byte string, so that a digest of a body means the body. */

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json | undefined };

/** Canonical text of `value`. Members that are `undefined` are absent, as in `JSON.stringify`. */
export function canonical(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number without a JSON form');
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.keys(value)
    .sort() // UTF-16 code units, as §3.2.3 wants
    .flatMap((name) => {
      const member = value[name];
      return member === undefined ? [] : [`${canonical(name)}:${canonical(member)}`];
    });
  return `{${members.join(',')}}`;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
