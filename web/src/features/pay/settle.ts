/** Sending an approval until its outcome is known. The same id and the same body, each time with a fresh proof. */

import { isRefusal, Refusal } from '@/api/errors';
import * as store from '@/api/keystore';
import { stepUpOf } from '@/api/stepUp';
import type { PaymentView, StepUpView } from '@/api/types';
import { pay, payment } from '@/api/wallet';
import type { PaymentId } from '@/domain/typeid';

export type Outcome =
  | { readonly kind: 'paid'; readonly payment: PaymentView }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Not paid, and nothing recorded: the same body may come again once the payer has done one more check. */
  | { readonly kind: 'step_up'; readonly view: StepUpView; readonly refusal: Refusal }
  /** `message` is what the server said last, if it said anything. */
  | { readonly kind: 'unknown'; readonly message: string | undefined };

/**
 * Sends an approval. It is kept in this browser before the first byte leaves, and forgotten only when the outcome is
 * certain.
 *
 * INVARIANT: "refused" is said only when this payment is certainly not paid. After an attempt without an answer, a
 * refusal that does not name this payment (an expired token, a busy server) proves nothing; and some refusals prove
 * nothing even on a first try, see `isCertain`.
 */
export async function settle(identity: store.Identity, question: store.Unsettled): Promise<Outcome> {
  const asked = await isAsked(question.payment);
  await keep(question);
  try {
    const paid = await pay(identity, question.body);
    await drop(question.payment);
    return { kind: 'paid', payment: paid };
  } catch (error) {
    if (!(error instanceof Refusal)) return { kind: 'unknown', message: undefined };
    const view = stepUpOf(error);
    if (view !== undefined) {
      // The books hold no such payment: a paid one would have been answered with itself.
      await drop(question.payment);
      return { kind: 'step_up', view, refusal: error };
    }
    if (error.problem.retry) return { kind: 'unknown', message: error.problem.message };
    if ((!asked && isCertain(error)) || error.problem.payment === question.payment) {
      await drop(question.payment);
      return { kind: 'refused', refusal: error };
    }
    return look(identity, question, error);
  }
}

/**
 * Whether a refusal that names no payment says that this request moved nothing.
 *
 * WHY: a browser may send a POST again by itself when a reused connection breaks. If the first copy was committed, the
 * second is answered `proof.replayed`. And a fault of the server (5xx) may come after the commit.
 */
const isCertain = ({ code, problem }: Refusal): boolean => code !== 'proof.replayed' && problem.status < 500;

/** The refusal does not settle it: ask what the books say. */
async function look(
  identity: store.Identity,
  { payment: id }: store.Unsettled,
  refusal: Refusal,
): Promise<Outcome> {
  try {
    const view = await payment(identity, id);
    await drop(id);
    return view.status === 'refused' ? { kind: 'refused', refusal } : { kind: 'paid', payment: view };
  } catch (error) {
    // The books may be read before the commit of the first copy; then the next try, with the same id, decides.
    if (!isRefusal(error, 'payment.unknown') || !isCertain(refusal))
      return { kind: 'unknown', message: refusal.problem.message };
    await drop(id);
    return { kind: 'refused', refusal };
  }
}

const list = async () => (await store.load('unsettled')) ?? [];
const others = async (id: PaymentId) => (await list()).filter((one) => one.payment !== id);
const isAsked = async (id: PaymentId) => (await list()).some((one) => one.payment === id);
const keep = async (question: store.Unsettled) =>
  store.save('unsettled', [...(await others(question.payment)), question]);
const drop = async (id: PaymentId) => store.save('unsettled', await others(id));
