/** Proves while compiling that `types.ts` says what the server's own description says. */

import type { components } from './generated/schema';
import type * as Ours from './types';
import type * as Scanned from '@/domain/inspection';

type Schemas = components['schemas'];

/** Every member name that only one of the two knows; and ours must fit where the server's is wanted. */
type Unknown<Our extends Their, Their> = Exclude<keyof Their, keyof Our> | Exclude<keyof Our, keyof Their>;

type Strays = [
  Unknown<Ours.SignUpBody, Schemas['SignUpBody']>,
  Unknown<Ours.TokenBody, Schemas['TokenBody']>,
  Unknown<Ours.RefreshBody, Schemas['RefreshBody']>,
  Unknown<Ours.EndSessionsBody, Schemas['EndSessionsBody']>,
  Unknown<Ours.RevokeDeviceBody, Schemas['RevokeDeviceBody']>,
  Unknown<Ours.BindDeviceBody, Schemas['BindDeviceBody']>,
  Unknown<Ours.SessionView, Schemas['SessionView']>,
  Unknown<Ours.FreezeBody, Schemas['FreezeBody']>,
  Unknown<Ours.TestFundsBody, Schemas['TestFundsBody']>,
  Unknown<Ours.QuoteBody, Schemas['QuoteBody']>,
  Unknown<Ours.IntentBody, Schemas['IntentBody']>,
  Unknown<Ours.PayBody, Schemas['PayBody']>,
  Unknown<Ours.BalanceView, Schemas['BalanceView']>,
  Unknown<Ours.PayeeBalanceView, Schemas['PayeeBalanceView']>,
  Unknown<Ours.PayerView, Schemas['PayerView']>,
  Unknown<Ours.TokenView, Schemas['TokenView']>,
  Unknown<Ours.SignUpView, Schemas['SignUpView']>,
  Unknown<Ours.DeviceView, Schemas['DeviceView']>,
  Unknown<Ours.PayeeView, Schemas['PayeeView']>,
  Unknown<Ours.PayeeCard, Schemas['PayeeCard']>,
  Unknown<Ours.Hop, Schemas['Hop']>,
  Unknown<Ours.FundingPath, Schemas['FundingPath']>,
  Unknown<Ours.QuoteCore, Schemas['QuoteCore']>,
  Unknown<Ours.IntentView, Schemas['IntentView']>,
  Unknown<Ours.ReasonView, Schemas['ReasonView']>,
  Unknown<Ours.PinStepUpBody, Schemas['PinStepUpBody']>,
  Unknown<Ours.PinView, Schemas['PinView']>,
  Unknown<Ours.ApprovalView, Schemas['ApprovalView']>,
  Unknown<Ours.LimitsView, Schemas['LimitsView']>,
  Unknown<Ours.OwnLimitView, Schemas['OwnLimitView']>,
  Unknown<Ours.PendingRaiseView, Schemas['PendingRaiseView']>,
  Unknown<Ours.RuleLimitView, Schemas['RuleLimitView']>,
  Unknown<Ours.RuleReasonView, Schemas['RuleReasonView']>,
  Unknown<Ours.RuleTextView, Schemas['RuleTextView']>,
  Unknown<Ours.WaitView, Schemas['WaitView']>,
  Unknown<Ours.LimitLeftView, Schemas['LimitLeftView']>,
  Unknown<Ours.CitationView, Schemas['CitationView']>,
  Unknown<Ours.SetLimitBody, Schemas['SetLimitBody']>,
  Unknown<Ours.CancelRaiseBody, Schemas['CancelRaiseBody']>,
  Unknown<Ours.PasskeyView, Schemas['PasskeyView']>,
  Unknown<Ours.BeginPasskeyStepUpBody, Schemas['BeginPasskeyStepUpBody']>,
  Unknown<Ours.BeginSignInBody, Schemas['BeginSignInBody']>,
  Unknown<Ours.SignInView, Schemas['SignInView']>,
  Exclude<keyof Schemas['CeremonyView'], keyof Ours.CeremonyView>,
  Exclude<keyof Schemas['AddPasskeyBody'], keyof Ours.AddPasskeyBody>,
  Exclude<keyof Schemas['PasskeyStepUpBody'], keyof Ours.PasskeyStepUpBody>,
  Exclude<keyof Schemas['SignInBody'], keyof Ours.SignInBody>,
  Unknown<Ours.StepUpMethod, Schemas['StepUpMethod']>,
  Unknown<Ours.StepUpView, Schemas['StepUpView']>,
  Unknown<Ours.QuoteView, Schemas['QuoteView']>,
  Unknown<Ours.PaymentView, Schemas['PaymentView']>,
  Unknown<Ours.RefundView, Schemas['RefundView']>,
  Unknown<Ours.ReceiptView, Schemas['ReceiptView']>,
  Unknown<Ours.AlertView, Schemas['AlertView']>,
  Unknown<Ours.Problem, Schemas['Problem']>,
  Unknown<Ours.FindingEntry, Schemas['FindingEntry']>,
  Unknown<Ours.ReasonEntry, Schemas['ReasonEntry']>,
  keyof Scanned.Inspection extends keyof Schemas['Inspection'] ? never : 'Inspection',
  Exclude<keyof Schemas['Inspection'], keyof Scanned.Inspection>,
  Exclude<keyof Schemas['FieldsView'], keyof Scanned.FieldsView>,
  Exclude<keyof Schemas['FindingView'], keyof Scanned.FindingView>,
  Exclude<Schemas['Verdict'], Scanned.InspectionVerdict>,
  Exclude<Schemas['Scheme'], Scanned.Scheme>,
][number];

/** Does not compile when there is one. */
export const strays: [Strays] extends [never] ? 'none' : Strays = 'none';
