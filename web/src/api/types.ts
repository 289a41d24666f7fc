/**
 * The wire, with branded ids. `wire.ts` holds it against the types that are generated from docs/openapi.json, so a member
 * that the server adds, drops or renames does not compile here.
 */

import type {
  AccountId,
  DecisionId,
  DeviceId,
  EventId,
  IntentId,
  PayeeId,
  PayerId,
  PaymentId,
  RefundId,
  SessionId,
} from '@/domain/typeid';
import type { Amount } from '@/domain/money';
import type { PaymentStatus } from '@/domain/status';
import type { Json } from '@/domain/jcs';
import type { SessionKind } from '@/domain/join';
import type { Channel, LimitWindow } from '@/domain/limits';

/** RFC 3339 in UTC, with milliseconds. */
export type Instant = string;
/** SHA-256 in base64url. */
export type Digest = string;

export type FundingKind = 'wallet';
export type HopRole = 'wallet' | 'provider' | 'payee';
export type CaptureMode = 'automatic' | 'manual';
export type IntentStatus = 'open' | 'taken' | 'expired';
export type Warning = 'first_time_payee' | 'expires_soon' | 'leaves_little' | 'code_doubtful';

/** Where and among what something was scanned, coarse, and only when the payer agreed to say so. */
export type Scan = { cell?: string; surroundings?: number[] };
export type Via = { kind: 'code'; payload: string; scan?: Scan } | { kind: 'link' };

export type SignUpBody = {
  currency: string;
  device: DeviceId;
  device_name: string;
  name: string;
  payer: PayerId;
};
export type TokenBody = { device: DeviceId; kind?: SessionKind; payer: PayerId };
export type RefreshBody = { device: DeviceId; payer: PayerId; refresh_token: string };
export type EndSessionsBody = { device: DeviceId; session?: SessionId };
export type RevokeDeviceBody = { device: DeviceId };
export type BindDeviceBody = {
  device: DeviceId;
  device_name: string;
  kind?: SessionKind;
  possession: string;
};
export type FreezeBody = { payer: PayerId };
export type TestFundsBody = { amount: Amount };
export type QuoteBody = { funding: FundingKind; intent: IntentId; via: Via };
export type StickerBody = { amount: Amount; payload: string; purpose?: string };
export type ReportCodeBody = { payload: string; scan?: Scan };
export type CancelPaymentBody = { payment: PaymentId };
export type ReportKind = 'not_me' | 'deceived';
export type ReportPaymentBody = { kind: ReportKind; payment: PaymentId };
export type AttackBody = { payer: PayerId; since: Instant };
export interface ReportView {
  payment: PaymentId;
  reported_at: Instant;
}
export type IntentBody = {
  amount: Amount;
  capture?: CaptureMode;
  expires_in_seconds?: number;
  place?: string;
  purpose: string;
  reference?: string;
  terminal?: string;
};
export type PayBody = {
  amount: Amount;
  client: { app: string; shown_at: number };
  device: DeviceId;
  funding: FundingKind;
  intent: IntentId;
  payer: PayerId;
  payment: PaymentId;
  quote: Digest;
  via: Via;
};

export interface BalanceView {
  available: Amount;
  held: Amount;
  posted: Amount;
}
export interface PayeeBalanceView {
  as_of: Instant;
  available: Amount;
  held: Amount;
  pending: Amount;
  posted: Amount;
}
export interface PayerView {
  account: AccountId;
  balance: BalanceView;
  currency: string;
  frozen: boolean;
  name: string;
  payer: PayerId;
  payment_limit: Amount;
  test_mode: boolean;
  unfreezes_at: Instant | null;
}
export interface TokenView {
  access_token: string;
  expires_at: Instant;
  refresh_token?: string;
  session: SessionId;
  token_type: 'DPoP';
}
export interface SignUpView {
  payer: PayerView;
  token: TokenView;
}
export interface DeviceView {
  bound_at: Instant;
  device: DeviceId;
  key: Digest;
  kind?: 'own' | 'shared';
  name: string;
  revocable_from?: Instant | null;
  revoked: boolean;
  tier: number;
  usable_from: Instant;
}
export interface SessionView {
  current: boolean;
  device: DeviceId;
  device_name: string;
  kind?: SessionKind;
  last_at: Instant;
  opened_at: Instant;
  /** A network, or nothing. */
  place: string;
  session: SessionId;
}
export interface PayeeView {
  balance: PayeeBalanceView;
  category: string;
  name: string;
  name_latin: string;
  payee: PayeeId;
  place: string;
}
export type PayeeCard = { category: string; id: PayeeId; name: string; name_latin: string };
export type Hop = { name: string; role: HopRole };
export type FundingPath = {
  fee: Amount;
  kind: FundingKind;
  path: Hop[];
  refundable_days: number;
  settlement_days: number;
};
export type QuoteCore = {
  amount: Amount;
  capture: CaptureMode;
  counter?: { serial: string; taker?: string };
  created_at: Instant;
  expires_at: Instant;
  funding: FundingPath[];
  intent: IntentId;
  payee: PayeeCard;
  place: string;
  purpose: string;
};
export interface IntentView {
  capture: CaptureMode;
  code: string;
  core: QuoteCore;
  intent: IntentId;
  payer?: string;
  payment: PaymentId | null;
  payment_status: PaymentStatus | null;
  quote: Digest;
  reference: string | null;
  status: IntentStatus;
}
export interface ReasonView {
  code: string;
  en: string;
  ko: string;
}
export type Strength = 'device_key' | 'pin' | 'passkey' | 'attested';
export interface StepUpMethod {
  path: string;
  strength: Strength;
}
export type PinStepUpBody = { blind: string; body: Digest; pin: string };
export interface PinView {
  locked_until?: Instant | null;
  set: boolean;
  set_at?: Instant | null;
  tries_left: number;
  usable_from?: Instant | null;
}
/** How an authenticator verifies its user, as far as that is known. */
export type Biometric =
  'unknown' | 'class_3' | 'class_2' | 'class_1' | 'apple' | 'fido' | 'passcode' | 'face';
/** What somebody the provider trusts vouches for. */
export interface AttestationView {
  format: 'packed' | 'android_key' | 'apple' | 'tpm' | 'fido_u2f';
  key: 'unknown' | 'software' | 'trusted_environment' | 'secure_element';
  root: Digest;
}
export interface PasskeyView {
  aaguid: string;
  attestation?: AttestationView | null;
  backed_up: boolean;
  backup_eligible: boolean;
  biometric: Biometric;
  created_at: Instant;
  flagged: boolean;
  last_used_at?: Instant | null;
  name: string;
  passkey: Digest;
  usable_from: Instant;
}
/** What `navigator.credentials` takes, and the sealed state that goes back with its answer. */
export interface CeremonyView {
  ceremony: string;
  expires_at: Instant;
  options: object;
}
type Credential = Readonly<Record<string, Json>>;
export type AddPasskeyBody = { biometric?: Biometric | null; ceremony: string; credential: Credential };
export type BeginPasskeyStepUpBody = { body: Digest; strength?: Strength | null };
export type PasskeyStepUpBody = {
  biometric?: Biometric | null;
  body: Digest;
  ceremony: string;
  credential: Credential;
};
export type BeginSignInBody = { device: DeviceId };
export type SignInBody = {
  ceremony: string;
  credential: Credential;
  device: DeviceId;
  device_name: string;
};
export interface SignInView {
  payer: PayerView;
  token: TokenView;
}
export type RecoveryFactor = 'printed_code' | 'passkey' | 'contact' | 'identity';
export interface ContactView {
  contact: PayerId;
  name: string;
  usable_from: Instant;
}
export interface RecoveryView {
  codes_left: number;
  codes_printed_at?: Instant | null;
  contacts: ContactView[];
}
export interface CodesView {
  codes: string[];
  usable_from: Instant;
}
export type PrintCodesBody = { payer: PayerId };
export type AddContactBody = { contact: PayerId; name: string };
export type RemoveContactBody = { contact: PayerId };
export type VouchBody = { device: DeviceId; payer: PayerId };
export type FreezeForBody = { payer: PayerId };
export type FreezeByCodeBody = { code: string; payer: PayerId };
export type RecoveryPasskey = { ceremony: string; credential: Credential };
export type RecoverBody = {
  code?: string;
  device: DeviceId;
  device_name: string;
  passkey?: RecoveryPasskey;
  payer: PayerId;
};
export interface RecoveredView {
  payer: PayerView;
  token: TokenView;
}
export interface HeardView {
  heard: boolean;
}
export type RotateKeyBody = { possession: string };
export interface ApprovalView {
  body: Digest;
  expires_at: Instant;
  strength: Strength;
}
export interface StepUpView {
  body?: Digest | null;
  methods: StepUpMethod[];
  ready_at?: Instant | null;
  reasons: ReasonView[];
  strength: Strength;
}
export interface CitationView {
  article: string;
  law: string;
  source: string;
}
export interface LimitLeftView {
  cap: string;
  fits: boolean;
  left?: Amount | null;
  pack: string;
  rule: string;
  say: string;
  texts?: Record<string, RuleTextView>;
  used: string;
}
export interface RuleLimitView {
  cap: string;
  category?: string | null;
  citation: CitationView;
  layer: string;
  left?: Amount | null;
  pack: string;
  rule: string;
  say: string;
  texts?: Record<string, RuleTextView>;
  used: string;
  version: string;
}
export interface RuleReasonView {
  after?: string | null;
  before?: string | null;
  cap?: string | null;
  citation: CitationView;
  code: string;
  details?: string[];
  grade: string;
  missing?: string | null;
  outcome: string;
  pack: string;
  route?: string | null;
  rule: string;
  say: string;
  texts?: Record<string, RuleTextView>;
  version: string;
}
/** What a rule says, in one language. */
export interface RuleTextView {
  article: string;
  law: string;
  say: string;
  title: string;
}
export interface PendingRaiseView {
  asked_at: Instant;
  starts_at: Instant;
  to?: Amount | null;
}
export interface OwnLimitView {
  amount: Amount;
  category?: string | null;
  channel?: Channel | null;
  left: Amount;
  pending?: PendingRaiseView | null;
  used: Amount;
  window: LimitWindow;
}
export interface LimitsView {
  categories: string[];
  own: OwnLimitView[];
  payment_limit: Amount;
  raise_delay_seconds: number;
  rules: RuleLimitView[];
}
export type SetLimitBody = {
  amount?: Amount;
  category?: string;
  channel?: Channel;
  from?: Amount;
  payer: PayerId;
  window: LimitWindow;
};
export type CancelRaiseBody = { category?: string; channel?: Channel; payer: PayerId; window: LimitWindow };
export interface QuoteView {
  available_after: Amount | null;
  available_before: Amount;
  core: QuoteCore;
  funding: FundingPath;
  limit_left: Amount;
  limits: LimitLeftView[];
  quote: Digest;
  refusals: ReasonView[];
  rules?: RuleReasonView[];
  step_up?: StepUpView | null;
  total: Amount;
  wait?: WaitView | null;
  warnings: Warning[];
}
export interface PaymentView {
  amount: Amount;
  captured: Amount;
  created_at: Instant;
  decision: DecisionId;
  fee: Amount;
  funding: FundingKind;
  intent: IntentId;
  payee: PayeeCard;
  payment: PaymentId;
  place: string;
  purpose: string;
  reasons: ReasonView[];
  refunded: Amount;
  rules?: RuleReasonView[];
  status: PaymentStatus;
  wait?: WaitView | null;
}
/** How long a payment waits because a rule holds it. */
export interface WaitView {
  confirmable: boolean;
  goes_on: boolean;
  until: Instant;
}
export interface RefundView {
  amount: Amount;
  created_at: Instant;
  payment: PaymentId;
  reason: string | null;
  refund: RefundId;
  remaining: Amount;
}
export interface ReceiptView {
  core: QuoteCore;
  device: DeviceId;
  payment: PaymentView;
  quote: Digest;
  refunds: RefundView[];
}
export interface AlertView {
  amount: Amount | null;
  at: Instant;
  event: EventId;
  kind: string;
  payee_name: string | null;
  payment: PaymentId | null;
  reasons: ReasonView[];
}
export interface Page<T> {
  items: T[];
  next?: string | null;
}
export interface Problem {
  code: string;
  detail?: string;
  message: string;
  payment?: PaymentId;
  retry: boolean;
  rules?: RuleReasonView[];
  status: number;
  step_up?: StepUpView | null;
  title: string;
  type: string;
}
/** Something that may be found in a scanned text. */
export interface FindingEntry {
  code: string;
  en: string;
  ko: string;
  weight: string;
}
export interface ReasonEntry {
  code: string;
  en: string;
  ko: string;
  parent?: string | null;
  status: number;
}
