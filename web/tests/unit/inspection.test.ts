import { expect, test } from 'vitest';
import { byWeight, spansOf, weightOf, type FindingView } from '@/domain/inspection';
import { codePoint, reveal } from '@/domain/reveal';
import { headlineOf, kindOf } from '@/features/pay/scanned';
import { consumerMeaningOf, currencyOf, meaningOf, nameOf } from '@/features/tools/meaning';
import { EXAMPLES } from '@/features/tools/examples';
import { parseEmv } from '@/domain/emv';
import { said } from './inspection';

const finding = (code: string, at: number, weight = 'warns'): FindingView => ({ code, at, weight });
const cut = (text: string, scheme: 'emv-mpm' | 'link' | 'upi', at: number, code = 'x') => {
  const [span] = spansOf(text, said({ scheme, tree: TREE, findings: [finding(code, at)] }));
  return Array.from(text).slice(span?.start, span?.end).join('');
};

const CODE = '00020126120008br.gov.x5303986';
const TREE = [
  { id: '00', len: 2, value: '01' },
  { id: '26', len: 12, value: '0008br.gov.x', sub: [{ id: '00', len: 8, value: 'br.gov.x' }] },
  { id: '53', len: 3, value: '986' },
];

test.each([
  [0, '000201'],
  [6, '26120008br.gov.x'],
  [10, '0008br.gov.x'],
  [15, '0008br.gov.x'],
  [22, '5303986'],
  [29, ''],
])('a finding at %i of a code points at its object', (at, expected) =>
  expect(cut(CODE, 'emv-mpm', at)).toBe(expected),
);
test('what cannot be read is pointed at to its end', () =>
  expect(cut(`${CODE}62991`, 'emv-mpm', 29)).toBe('62991'));
test('characters are counted, not units', () => {
  const tree = [{ id: '59', len: 2, value: '😀가' }, TREE[2]].flatMap((node) => node ?? []);
  const [span] = spansOf('5902😀가5303986', said({ tree, findings: [finding('x', 6)] }));
  expect(span).toEqual({ start: 6, end: 13 });
});

test.each([
  ['https://naver.com.evil.example/a', 8, 'link_brand_in_subdomain', 'naver.com.evil.example'],
  ['javascript:alert(1)', 0, 'link_scheme_forbidden', 'javascript'],
  ['https://a.example/\u202egpj', 18, 'text_bidi', '\u202e'],
  ['https://a.example', 99, 'x', ''],
  ['upi://pay?pa=a@b&pn=Me', 17, 'x', 'pn'],
])('in %j the finding at %i is %j at %j', (text, at, code, expected) =>
  expect(cut(text, 'link', at, code)).toBe(expected),
);

test('three bytes of a consumer-presented code are four characters of its text', () => {
  const tree = [
    { tag: '85', len: 5, hex: '4350563031' },
    { tag: '61', len: 2, hex: '4F00', sub: [{ tag: '4F', len: 0, hex: '' }] },
  ];
  const text = 'hQVDUFYwMWECTwA=';
  const at = (byte: number) =>
    spansOf(text, said({ scheme: 'emv-cpm', tree, findings: [finding('x', byte)] }))[0];
  expect(at(0)).toEqual({ start: 0, end: 10 });
  expect(at(9)).toEqual({ start: 12, end: 15 });
});

test('a weight nobody knows warns, and the heaviest comes first', () => {
  expect(weightOf({ weight: 'new' })).toBe('warns');
  const sorted = byWeight([finding('a', 5, 'notes'), finding('b', 9, 'alarms'), finding('c', 2, 'alarms')]);
  expect(sorted.map(({ code }) => code)).toEqual(['c', 'b', 'a']);
});

test('nothing stays hidden, and every character keeps its place', () => {
  const text = 'a\u202eb\u200b\u0000\nпe\u0301\u0301\u0301\u0301\u0301\ud800';
  const parts = reveal(text, { foreign: true });
  expect(parts.map((part) => part.text).join('')).toBe(text);
  const kinds = (kind: string) =>
    parts.filter((part) => part.kind === kind).map((part) => codePoint(part.text));
  expect(kinds('hidden')).toEqual(['U+202E', 'U+200B', 'U+0000', 'U+0301', 'U+D800']);
  expect(kinds('break')).toEqual(['U+000A']);
  expect(kinds('foreign')).toContain('U+043F');
});
test('spans may overlap, and point behind the end', () => {
  const spans = [
    { start: 0, end: 3 },
    { start: 2, end: 4 },
    { start: 4, end: 4 },
  ];
  expect(reveal('abcd', { spans })).toEqual([
    { text: 'ab', marks: [0], kind: 'plain' },
    { text: 'c', marks: [0, 1], kind: 'plain' },
    { text: 'd', marks: [1], kind: 'plain' },
    { text: '', marks: [2], kind: 'plain' },
  ]);
});

test.each([
  ['foreign', 'notHere', said({ network: 'QRIS' })],
  ['code', 'suspicious', said({ network: 'farthing', verdict: 'suspicious' })],
  ['sticker', 'genuine', said({ network: 'farthing', verdict: 'trusted', fields: { initiation: 'static' } })],
  ['customer', 'notHere', said({ scheme: 'emv-cpm' })],
  ['otherPayment', 'notHere', said({ scheme: 'upi' })],
  [
    'wifi',
    'suspicious',
    said({ scheme: 'link', verdict: 'suspicious', findings: [finding('wifi_open', 0)] }),
  ],
  [
    'command',
    'dangerous',
    said({ scheme: 'link', verdict: 'dangerous', findings: [finding('link_scheme_forbidden', 0)] }),
  ],
  ['link', 'notPayment', said({ scheme: 'link' })],
  ['link', 'unreadable', said({ scheme: 'link', verdict: 'invalid' })],
  ['other', 'notPayment', said({ scheme: 'unknown', verdict: 'invalid' })],
  ['foreign', 'damaged', said({ verdict: 'invalid' })],
])('%s: %s', (kind, headline, inspection) => {
  expect(kindOf(inspection)).toBe(kind);
  expect(headlineOf(kindOf(inspection), inspection.verdict)).toBe(headline);
});

test.each([
  [['00'], undefined, 'format'],
  [['26'], 'PIX', 'account'],
  [['26', '00'], 'PIX', 'guid'],
  [['62', '05'], 'PIX', 'reference'],
  [['62', '50', '00'], 'PIX', 'own'],
  [['70'], 'PIX', 'reserved'],
  [['82'], 'PIX', 'unreserved'],
  [['82'], 'farthing', 'signature'],
  [['80', '01'], 'farthing', 'intent'],
])('the object %j of %s is %s', (path, network, meaning) =>
  expect(meaningOf({ path, network, initiation: 'dynamic' })).toBe(meaning),
);
test('a sticker of ours names its serial', () =>
  expect(meaningOf({ path: ['80', '01'], network: 'farthing', initiation: 'static' })).toBe('serial'));
test('tags of a consumer-presented code have meanings', () => {
  expect(consumerMeaningOf('9F26')).toBe('cryptogram');
  expect(consumerMeaningOf('DF01')).toBe('own');
});
test('a currency number has a name, and nonsense has none', () => {
  expect(nameOf('currency', currencyOf('986') ?? '', 'en')).toBe('Brazilian Real');
  expect(nameOf('region', 'BR', 'ko')).toBe('브라질');
  expect(nameOf('region', '<b>', 'en')).toBeUndefined();
});
test('the example code is whole', () => expect(parseEmv(EXAMPLES.pix).kind).toBe('code'));
