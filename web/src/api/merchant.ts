/** What a shop can ask with its API key. Nothing here moves money. */

import type { IntentId } from '@/domain/typeid';
import { open, send } from './client';
import { follow } from './events';
import { isRefusal } from './errors';
import type { IntentBody, IntentView, PayeeView } from './types';

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

export const payee = (key: string) => open<PayeeView>({ path: '/v1/payee', headers: bearer(key) });

/** `once` makes a repeated call (a lost answer, a double tap) give the first intent again. */
export const createIntent = (key: string, body: IntentBody, once: string) =>
  open<IntentView>({
    method: 'POST',
    path: '/v1/intents',
    body,
    headers: { ...bearer(key), 'Idempotency-Key': once },
  });

export const intent = (key: string, id: IntentId) =>
  open<IntentView>({ path: `/v1/intents/${id}`, headers: bearer(key) });

export function followIntent(
  key: string,
  id: IntentId,
  onIntent: (view: IntentView) => void,
  onState?: (live: boolean) => void,
) {
  return follow({
    connect: (signal) => send({ path: `/v1/intents/${id}/events`, stream: true, signal }, bearer(key)),
    onEvent: ({ event, data }) => {
      if (event === 'intent') onIntent(JSON.parse(data) as IntentView);
    },
    ...(onState && { onState }),
    isFinal: (error) => isRefusal(error) && !error.problem.retry,
  });
}
