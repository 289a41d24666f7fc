/** What pages read, by name, so that an alert or an action can mark it as old. */

import { useInfiniteQuery, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import type { PaymentId } from '@/domain/typeid';
import { Refusal } from './errors';
import { trustedKeys } from './keys';
import * as store from './keystore';
import { useIdentity } from './session';
import { passkeys } from './passkeys';
import { recovery } from './recovery';
import * as wallet from './wallet';

export const keys = {
  me: ['me'],
  payments: ['payments'],
  alerts: ['alerts'],
  devices: ['devices'],
  sessions: ['sessions'],
  passkeys: ['passkeys'],
  pin: ['pin'],
  limits: ['limits'],
  recovery: ['recovery'],
  trusted: ['trusted-keys'],
  unsettled: ['unsettled'],
} as const;

export function useMe() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.me, queryFn: () => wallet.me(identity) });
}

export function useDevices() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.devices, queryFn: () => wallet.devices(identity) });
}

export function useSessions() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.sessions, queryFn: () => wallet.sessions(identity) });
}

export function useLimits() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.limits, queryFn: () => wallet.limits(identity) });
}

export function usePasskeys() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.passkeys, queryFn: () => passkeys(identity) });
}

export function useRecovery() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.recovery, queryFn: () => recovery(identity) });
}

export function usePin() {
  const identity = useIdentity();
  return useQuery({ queryKey: keys.pin, queryFn: () => wallet.pin(identity) });
}

export function usePayments(filter: wallet.PaymentFilter, limit?: number) {
  const identity = useIdentity();
  return useInfiniteQuery({
    queryKey: [...keys.payments, filter, limit],
    queryFn: ({ pageParam }) => wallet.payments(identity, filter, pageParam, limit),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
}

export function useAlerts(limit?: number) {
  const identity = useIdentity();
  return useInfiniteQuery({
    queryKey: [...keys.alerts, limit],
    queryFn: ({ pageParam }) => wallet.alerts(identity, pageParam, limit),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function useReceipt(id: PaymentId) {
  const identity = useIdentity();
  return useQuery({
    queryKey: [...keys.payments, 'receipt', id],
    queryFn: () => wallet.receipt(identity, id),
  });
}

export function useTrustedKeys() {
  return useQuery({ queryKey: keys.trusted, queryFn: trustedKeys, staleTime: 5 * 60_000 });
}

export function useUnsettled() {
  return useQuery({ queryKey: keys.unsettled, queryFn: async () => (await store.load('unsettled')) ?? [] });
}

/** Marks everything that a movement of money or a freeze may have changed. */
export async function refreshWallet(client: QueryClient): Promise<void> {
  await Promise.all(
    [
      keys.me,
      keys.payments,
      keys.alerts,
      keys.unsettled,
      keys.devices,
      keys.sessions,
      keys.limits,
      keys.passkeys,
      keys.pin,
      keys.recovery,
    ].map((queryKey) => client.invalidateQueries({ queryKey })),
  );
}

/** The server's sentence, or `undefined` when no answer arrived. */
export const messageOf = (error: unknown): string | undefined =>
  error instanceof Refusal ? error.problem.message : undefined;

export interface Action<A extends unknown[]> {
  readonly run: (...input: A) => Promise<boolean>;
  readonly busy: boolean;
  readonly error: unknown;
}

/** One act of the payer, never twice at once; afterwards the wallet is read anew. */
export function useAction<A extends unknown[]>(act: (...input: A) => Promise<unknown>): Action<A> {
  const client = useQueryClient();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const run = useCallback(
    async (...input: A) => {
      setState({ busy: true, error: undefined });
      try {
        await act(...input);
        await refreshWallet(client);
        setState({ busy: false, error: undefined });
        return true;
      } catch (error) {
        setState({ busy: false, error });
        return false;
      }
    },
    [act, client],
  );
  return { run, ...state };
}

/** Calls `more` when the element comes into view. */
export function useReach(more: () => void, enabled: boolean) {
  const [element, setElement] = useState<Element | null>(null);
  useEffect(() => {
    if (!element || !enabled) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) more();
      },
      { rootMargin: '240px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [element, enabled, more]);
  return setElement;
}
