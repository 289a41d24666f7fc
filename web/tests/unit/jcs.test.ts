import { expect, test } from 'vitest';
import { canonical, type Json } from '@/domain/jcs';

test.each<[string, Json, string]>([
  [
    'members by UTF-16 code units (RFC 8785 §3.2.3)',
    { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 },
    '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
  ],
  [
    'numbers (RFC 8785 §3.2.2)',
    [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0],
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  ],
  ['text with controls', '€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
  [
    'nesting, lists keep their order',
    { b: [{ d: null, c: true }], a: {} },
    '{"a":{},"b":[{"c":true,"d":null}]}',
  ],
  ['absent members are left out', { a: undefined, b: 1 }, '{"b":1}'],
])('%s', (_, value, text) => {
  expect(canonical(value)).toBe(text);
});

test('what has no canonical form is refused', () => {
  expect(() => canonical(Number.NaN)).toThrow();
  expect(() => canonical('\ud800')).toThrow();
});
