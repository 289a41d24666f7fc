/** A first guess at what a person would call this browser. */

const BROWSERS: readonly [RegExp, string][] = [
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Whale\//, 'Whale'],
  [/Edg(A|iOS)?\//, 'Edge'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/Chrome\/|CriOS/, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/Linux|X11/, 'Linux'],
];

export function guessDevice(userAgent: string): { browser: string; system: string } {
  const first = (table: readonly [RegExp, string][], otherwise: string) =>
    table.find(([pattern]) => pattern.test(userAgent))?.[1] ?? otherwise;
  return { browser: first(BROWSERS, 'Browser'), system: first(SYSTEMS, 'Web') };
}
