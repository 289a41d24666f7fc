/** What a payer's device can ask of the server. */

import { canonical } from '@/domain/jcs';
import type { PaymentStatus } from '@/domain/status';
import {
  isId,
  type DeviceId,
  type IntentId,
  type PayerId,
  type PaymentId,
  type SessionId,
} from '@/domain/typeid';
import type { JoinRequest } from '@/domain/join';
import type { Scope } from '@/domain/limits';
import type { Amount } from '@/domain/money';
import { adoptToken, asDevice, deviceResponse, possession, proven, tokenBody } from './client';
import { follow } from './events';
import { isRefusal } from './errors';
import type { Identity } from './keystore';
import type {
  AlertView,
  AttackBody,
  BindDeviceBody,
  CancelPaymentBody,
  CancelRaiseBody,
  DeviceView,
  EndSessionsBody,
  FreezeBody,
  Instant,
  IntentView,
  LimitsView,
  Page,
  PayBody,
  PayerView,
  PaymentView,
  PinView,
  QuoteBody,
  QuoteView,
  ReasonView,
  ReceiptView,
  ReportCodeBody,
  ReportKind,
  ReportPaymentBody,
  ReportView,
  RevokeDeviceBody,
  SessionView,
  SignUpBody,
  SignUpView,
  StickerBody,
  TestFundsBody,
  Via,
} from './types';

export type NewPayer = {
  currency: string;
  device: DeviceId;
  device_name: string;
  name: string;
  payer: PayerId;
};

export async function signUp(identity: Identity, body: SignUpBody): Promise<PayerView> {
  const view = await proven<SignUpView>(identity, { method: 'POST', path: '/v1/payers', body });
  await adoptToken(identity.device, view.token);
  return view.payer;
}

export const me = (identity: Identity) => asDevice<PayerView>(identity, { path: '/v1/me' });

export const devices = (identity: Identity) => asDevice<Page<DeviceView>>(identity, { path: '/v1/devices' });

export const sessions = (identity: Identity) =>
  asDevice<Page<SessionView>>(identity, { path: '/v1/sessions' });

/** Ends one session of a device, or all of them. */
export const endSessions = (identity: Identity, device: DeviceId, session?: SessionId) => {
  const body: EndSessionsBody = { device, ...(session !== undefined && { session }) };
  return asDevice<DeviceView>(identity, { method: 'POST', path: '/v1/sessions/end', body, clears: true });
};

/** Another device that may act goes with one more check; where none is set up, the answer says from when. */
export const revokeDevice = (identity: Identity, bodyText: string) =>
  asDevice<DeviceView>(identity, { method: 'POST', path: '/v1/devices/revoke', bodyText });

export const revokeText = (device: DeviceId): string => {
  const body: RevokeDeviceBody = { device };
  return canonical(body);
};

export const pin = (identity: Identity) => asDevice<PinView>(identity, { path: '/v1/pin' });

/** The bodies are made by the caller, because one more check is bound to their very bytes. */
export const setPin = (identity: Identity, bodyText: string) =>
  asDevice<PinView>(identity, { method: 'POST', path: '/v1/pin', bodyText });

export const removePin = (identity: Identity, bodyText: string) =>
  asDevice<PinView>(identity, { method: 'POST', path: '/v1/pin/remove', bodyText });

export const limits = (identity: Identity) => asDevice<LimitsView>(identity, { path: '/v1/limits' });

export const setLimit = (identity: Identity, bodyText: string) =>
  asDevice<LimitsView>(identity, { method: 'POST', path: '/v1/limits', bodyText });

/** Calls off a rise that waits. */
export const cancelRaise = (identity: Identity, { window, category, channel }: Scope) => {
  const body: CancelRaiseBody = {
    ...(category != null && { category }),
    ...(channel != null && { channel }),
    payer: identity.payer,
    window,
  };
  return asDevice<LimitsView>(identity, { method: 'POST', path: '/v1/limits/cancel', body });
};

/** Lets a new device into this wallet. */
export const bindDevice = (
  identity: Identity,
  { device, device_name, kind, possession: proof }: JoinRequest,
) => {
  const body: BindDeviceBody = { device, device_name, ...(kind && { kind }), possession: proof };
  return asDevice<DeviceView>(identity, { method: 'POST', path: '/v1/devices', body });
};

/** What a new device hands to a bound one. Good for a minute. */
export async function joinRequest(identity: Identity): Promise<JoinRequest> {
  const { device, deviceName, kind, payer } = identity;
  const proof = await possession(identity, tokenBody(identity));
  return { device, device_name: deviceName, ...(kind === 'shared' && { kind }), payer, possession: proof };
}

/** Whether a bound device has let this one in. */
export async function isJoined(identity: Identity): Promise<boolean> {
  try {
    await me(identity);
    return true;
  } catch (error) {
    if (isRefusal(error, 'auth.refused')) return false;
    throw error;
  }
}

export const quote = (identity: Identity, intent: IntentId, via: Via) => {
  const body: QuoteBody = { funding: 'wallet', intent, via };
  return asDevice<QuoteView>(identity, { method: 'POST', path: '/v1/quotes', body });
};

/** The terms of paying this much by a sticker: for this payer only, for some minutes. */
export const takeSticker = (identity: Identity, body: StickerBody) =>
  asDevice<IntentView>(identity, { method: 'POST', path: '/v1/stickers/intents', body });

/** Says that a code is not where it belongs. The answer has no body. */
export async function reportCode(identity: Identity, body: ReportCodeBody): Promise<void> {
  await deviceResponse(identity, { method: 'POST', path: '/v1/codes/reports', body });
}

/** Calls off a payment that a rule holds: the money is the payer's again, at once. */
export const cancelPayment = (identity: Identity, payment: PaymentId) => {
  const body: CancelPaymentBody = { payment };
  return asDevice<PaymentView>(identity, { method: 'POST', path: '/v1/payments/cancel', body });
};

/** Says that a payment was fraud. Only staff take it back. */
export const reportPayment = (identity: Identity, payment: PaymentId, kind: ReportKind) => {
  const body: ReportPaymentBody = { kind, payment };
  return asDevice<ReportView>(identity, { method: 'POST', path: `/v1/payments/${payment}/report`, body });
};

/** Freezes, and says that whatever was paid since then was paid by somebody else. */
export const reportAttack = (identity: Identity, since: Instant) => {
  const body: AttackBody = { payer: identity.payer, since };
  return asDevice<PayerView>(identity, { method: 'POST', path: '/v1/attack', body });
};

/** The exact text of an approval. It is made once for a preview; only its proof is made anew for a retry. */
export const approvalText = (body: PayBody): string => canonical(body);

export const pay = (identity: Identity, bodyText: string) =>
  asDevice<PaymentView>(identity, { method: 'POST', path: '/v1/payments', bodyText });

export const payment = (identity: Identity, id: PaymentId) =>
  asDevice<PaymentView>(identity, { path: `/v1/payments/${id}` });

export const receipt = (identity: Identity, id: PaymentId) =>
  asDevice<ReceiptView>(identity, { path: `/v1/payments/${id}/receipt` });

export interface PaymentFilter {
  readonly status?: PaymentStatus | undefined;
  readonly q?: string | undefined;
}

export const payments = (identity: Identity, filter: PaymentFilter, cursor?: string, limit = 25) =>
  asDevice<Page<PaymentView>>(identity, {
    path: '/v1/payments',
    query: { status: filter.status, q: filter.q, cursor, limit: String(limit) },
  });

export const alerts = (identity: Identity, cursor?: string, limit = 25) =>
  asDevice<Page<AlertView>>(identity, { path: '/v1/alerts', query: { cursor, limit: String(limit) } });

export const freeze = (identity: Identity) => {
  const body: FreezeBody = { payer: identity.payer };
  return asDevice<PayerView>(identity, { method: 'POST', path: '/v1/freeze', body });
};

export const unfreeze = (identity: Identity) => {
  const body: FreezeBody = { payer: identity.payer };
  return asDevice<PayerView>(identity, { method: 'POST', path: '/v1/unfreeze', body });
};

export const testFunds = (identity: Identity, amount: Amount) => {
  const body: TestFundsBody = { amount };
  return asDevice<PayerView>(identity, { method: 'POST', path: '/v1/test/funds', body });
};

/** Calls `onAlert` for each alert as it happens, until the answer is called. */
export function followAlerts(
  identity: Identity,
  onAlert: (alert: AlertView) => void,
  onState?: (live: boolean) => void,
) {
  return follow({
    connect: (signal) => deviceResponse(identity, { path: '/v1/alerts/stream', stream: true, signal }),
    onEvent: ({ event, data }) => {
      if (event === 'alert') onAlert(JSON.parse(data) as AlertView);
    },
    ...(onState && { onState }),
    isFinal: (error) => isRefusal(error) && !error.problem.retry,
  });
}

export const sentence = (reason: ReasonView, language: 'ko' | 'en'): string => reason[language];

export const asPaymentId = (text: string): PaymentId | undefined => (isId('pay', text) ? text : undefined);
