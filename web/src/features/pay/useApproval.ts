/** One approval for one preview: its id and body are made once, whatever is tapped, and only its proof anew. */

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState, type ReactNode } from 'react';
import type { Unsettled } from '@/api/keystore';
import { refreshWallet } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { useAskStepUp } from '@/api/stepUp';
import type { QuoteView, Via } from '@/api/types';
import { approvalText } from '@/api/wallet';
import { newId } from '@/domain/typeid';
import { settle, type Outcome } from './settle';

const APP = `farthing-web ${__APP_VERSION__}`;

/** `what` says on the sheet what is approved. */
export function useApproval(quote: QuoteView, via: Via, shownAt: number, what: ReactNode) {
  const ask = useAskStepUp();
  const identity = useIdentity();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [state, setState] = useState<Outcome | { kind: 'ready' }>({ kind: 'ready' });
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);
  const [question] = useState<Unsettled>(() => {
    const payment = newId('pay');
    const { core } = quote;
    const body = approvalText({
      amount: core.amount,
      client: { app: APP, shown_at: shownAt },
      device: identity.device,
      funding: quote.funding.kind,
      intent: core.intent,
      payer: identity.payer,
      payment,
      quote: quote.quote,
      via,
    });
    return {
      payment,
      body,
      payeeName: core.payee.name,
      amount: quote.total,
      since: new Date(shownAt).toISOString(),
    };
  });

  /** One more check, if it is asked for, and the very same body again. A payer who closes the sheet is back at the preview. */
  const settleWithChecks = async (): Promise<Outcome | { kind: 'ready' }> => {
    const attempt = () =>
      settle(identity, question).catch((): Outcome => ({ kind: 'unknown', message: undefined }));
    const outcome = await attempt();
    if (outcome.kind !== 'step_up') return outcome;
    if (!(await ask(outcome.view, question.body, what))) return { kind: 'ready' };
    const again = await attempt();
    return again.kind === 'step_up' ? { kind: 'refused', refusal: again.refusal } : again;
  };

  const send = () => {
    // A second tap before the next render finds this set.
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    void (async () => {
      const outcome = await settleWithChecks();
      await refreshWallet(client);
      sending.current = false;
      setBusy(false);
      if (outcome.kind === 'paid') {
        const params = { payment: question.payment };
        await navigate({ to: '/payments/$payment', params, search: { fresh: true }, replace: true });
      } else {
        setState(outcome);
      }
    })();
  };
  return { state, busy, send, payment: question.payment };
}
