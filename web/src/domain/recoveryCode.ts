/** A printed recovery code: eighty bits as sixteen letters in fours (crates/protocol/src/recovery.rs). */

const LETTERS = 16;

/**
 * What somebody typed, in its one spelling; `undefined` when it cannot be a code. Small letters, spaces and hyphens do not
 * matter, nor does O for 0, or I and L for 1.
 */
export function readRecoveryCode(text: string): string | undefined {
  const letters = text
    .toUpperCase()
    .replace(/[\s\-–—]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (letters.length !== LETTERS || !/^[0-9A-HJKMNP-TV-Z]+$/.test(letters)) return undefined;
  return (letters.match(/.{4}/g) ?? []).join('-');
}
