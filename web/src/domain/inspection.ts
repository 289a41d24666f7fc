/** What the server says of a scanned text, and where in the text each finding stands. */

export type InspectionVerdict = 'trusted' | 'unverified' | 'suspicious' | 'dangerous' | 'invalid' | 'expired';
export type Scheme = 'emv-mpm' | 'emv-cpm' | 'upi' | 'link' | 'unknown';
/** From the lightest to the heaviest. */
export const WEIGHTS = ['notes', 'strays', 'breaks', 'warns', 'refuses', 'alarms'] as const;
export type Weight = (typeof WEIGHTS)[number];

export interface FindingView {
  readonly code: string;
  /** The character concerned; the byte of the decoded data in a consumer-presented code. */
  readonly at: number;
  readonly weight: string;
  readonly bakong_error_code?: number | null;
}
export interface ElementView {
  readonly id: string;
  readonly len: number;
  readonly value: string;
  readonly sub?: readonly ElementView[];
}
export interface BerView {
  readonly tag: string;
  readonly len: number;
  readonly hex: string;
  readonly sub?: readonly BerView[];
}
export type NodeView = ElementView | BerView;
export interface AccountView {
  readonly id: string;
  readonly value?: string | null;
  readonly guid?: string | null;
  readonly data?: Readonly<Record<string, string>> | null;
}
export interface FieldsView {
  readonly initiation?: string | null;
  readonly mcc?: string | null;
  readonly currency_numeric?: string | null;
  readonly amount?: string | null;
  readonly tip?: string | null;
  readonly fee_fixed?: string | null;
  readonly fee_percent?: string | null;
  readonly country?: string | null;
  readonly merchant_name?: string | null;
  readonly merchant_city?: string | null;
  readonly postal_code?: string | null;
  readonly accounts?: readonly AccountView[];
  readonly additional?: Readonly<Record<string, string>>;
  readonly language?: Readonly<Record<string, string>>;
  readonly pa?: string | null;
  readonly pn?: string | null;
  readonly am?: string | null;
  readonly am_minor?: number | null;
  readonly cu?: string | null;
  readonly tr?: string | null;
  readonly mc?: string | null;
  readonly tn?: string | null;
  readonly sign?: string | null;
}
export interface Inspection {
  readonly fields: FieldsView;
  readonly findings: readonly FindingView[];
  readonly network?: string | null;
  readonly reasons: readonly string[];
  readonly revocation_age_seconds?: number | null;
  readonly scheme: Scheme;
  readonly tree: readonly NodeView[];
  readonly valid: boolean;
  readonly verdict: InspectionVerdict;
}

/** More characters are not sent: the server reads no more, and no code holds as many. */
export const SCANNED_CHARS_MAX = 4096;
export const charsOf = (text: string): number => Array.from(text).length;

export const isBer = (node: NodeView): node is BerView => 'tag' in node;

/** A weight this page does not know counts as a warning, never as nothing. */
export const weightOf = ({ weight }: { readonly weight: string }): Weight =>
  WEIGHTS.find((known) => known === weight) ?? 'warns';

/** The heaviest first; the order of the text within one weight. */
export function byWeight(findings: readonly FindingView[]): readonly FindingView[] {
  const rank = (finding: FindingView) => WEIGHTS.indexOf(weightOf(finding));
  return [...findings].sort((a, b) => rank(b) - rank(a) || a.at - b.at);
}

/** Characters from `start`, without `end`. Empty at the end of the text for something that is missing. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where each finding stands in the text, as people would point at it. */
export function spansOf(text: string, { findings, scheme, tree }: Inspection): readonly Span[] {
  const chars = Array.from(text);
  const clamp = ({ start, end }: Span): Span => ({
    start: Math.min(start, chars.length),
    end: Math.min(Math.max(start, end), chars.length),
  });
  if (scheme === 'emv-cpm') {
    const objects = placed(tree, 0);
    return findings.map(({ at }) =>
      clamp(inBase64(chars, deepest(objects, at) ?? { start: at, end: at + 1 })),
    );
  }
  if (scheme === 'emv-mpm') {
    const objects = placed(tree, 0);
    const read = objects.reduce((last, { end }) => Math.max(last, end), 0);
    return findings.map(({ at }) =>
      clamp(deepest(objects, at) ?? { start: at, end: at >= read && at < chars.length ? chars.length : at }),
    );
  }
  return findings.map(({ at, code }) => clamp({ start: at, end: endOfWord(chars, at, code) }));
}

interface Placed extends Span {
  readonly sub: readonly Placed[];
}

/** Each object with its place: characters of a merchant-presented code, bytes of a consumer-presented one. */
function placed(nodes: readonly NodeView[], from: number): readonly Placed[] {
  let at = from;
  return nodes.map((node) => {
    const head = isBer(node) ? node.tag.length / 2 + lengthBytes(node.len) : 4;
    const start = at;
    at += head + node.len;
    return { start, end: at, sub: placed(node.sub ?? [], start + head) };
  });
}

/** Bytes of a BER length (X.690 §8.1.3). */
const lengthBytes = (length: number): number => (length < 0x80 ? 1 : length < 0x100 ? 2 : 3);

function deepest(objects: readonly Placed[], at: number): Span | undefined {
  const here = objects.find(({ start, end }) => at >= start && at < end);
  return here && (deepest(here.sub, at) ?? here);
}

/** Three bytes are four characters. */
function inBase64(chars: readonly string[], { start, end }: Span): Span {
  const lead = chars.findIndex((char) => char.trim() !== '');
  const shift = Math.max(0, lead);
  return { start: shift + Math.floor((start * 4) / 3), end: shift + Math.ceil((end * 4) / 3) };
}

/** A word of a link ends where its grammar changes (RFC 3986 §2.2). What is hidden is pointed at by itself. */
function endOfWord(chars: readonly string[], at: number, code: string): number {
  if (/^text_(bidi|invisible|control)$/.test(code)) return at + 1;
  let end = at;
  while (end < chars.length && !/[/?#&@:;=\s\\]/.test(chars[end] ?? '')) end += 1;
  return Math.max(end, at + 1);
}
