/** Whose wallet this browser holds. */

import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { onSessionEnded } from './client';
import * as store from './keystore';
import { NotPossible } from './errors';
import { settleRotation } from './rotate';

/** The server ends a shared machine's session after two minutes; the page is empty by then. */
const SHARED_IDLE_MS = 110_000;

export type Session =
  | { readonly kind: 'opening' }
  | { readonly kind: 'none'; readonly started: store.Identity | undefined }
  | { readonly kind: 'open'; readonly identity: store.Identity }
  /** Logged out; the key is still here. */
  | { readonly kind: 'out'; readonly identity: store.Identity }
  | { readonly kind: 'impossible'; readonly missing: NotPossible['missing'] };

interface SessionContext {
  readonly session: Session;
  /** Keeps an identity; it opens the wallet once the server has answered its sign-up. */
  readonly keep: (identity: store.Identity) => Promise<void>;
  /** Forgets everything, the key included: this browser holds no wallet any more. */
  readonly leave: () => Promise<void>;
}

const Context = createContext<SessionContext | undefined>(undefined);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ kind: 'opening' });
  useEffect(() => {
    store
      .load('identity')
      .then(async (identity) => {
        if (!('subtle' in crypto)) throw new NotPossible('webcrypto');
        // An answer about another key may have been lost with the page.
        setSession(stateOf(identity?.signedUp === true ? await settleRotation(identity) : identity));
      })
      .catch((error: unknown) =>
        setSession({
          kind: 'impossible',
          missing: error instanceof NotPossible ? error.missing : 'indexeddb',
        }),
      );
  }, []);
  useEffect(
    () =>
      onSessionEnded(() =>
        setSession((current) => {
          if (current.kind !== 'open') return current;
          if (current.identity.kind === 'shared') {
            // No other session follows on a shared machine.
            void store.forgetAll();
            return { kind: 'none', started: undefined };
          }
          const identity = { ...current.identity, out: true };
          void store.save('identity', identity);
          return { kind: 'out', identity };
        }),
      ),
    [],
  );
  const keep = useCallback(async (identity: store.Identity) => {
    if (identity.kind === 'shared') store.keepInMemory();
    await store.save('identity', identity);
    setSession(stateOf(identity));
  }, []);
  const leave = useCallback(async () => {
    await store.forgetAll();
    setSession({ kind: 'none', started: undefined });
  }, []);
  const shared = session.kind === 'open' && session.identity.kind === 'shared';
  useIdle(shared ? SHARED_IDLE_MS : undefined, leave);
  const value = useMemo(() => ({ session, keep, leave }), [session, keep, leave]);
  return <Context value={value}>{children}</Context>;
}

/** Calls `act` when nobody touched the page for that long. */
function useIdle(ms: number | undefined, act: () => Promise<void>) {
  useEffect(() => {
    if (ms === undefined) return undefined;
    let timer = setTimeout(() => void act(), ms);
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void act(), ms);
    };
    const events = ['pointerdown', 'keydown', 'scroll'] as const;
    for (const event of events) addEventListener(event, touched, { passive: true, capture: true });
    return () => {
      clearTimeout(timer);
      for (const event of events) removeEventListener(event, touched, { capture: true });
    };
  }, [ms, act]);
}

function stateOf(identity: store.Identity | undefined): Session {
  if (!identity?.signedUp) return { kind: 'none', started: identity };
  return { kind: identity.out === true ? 'out' : 'open', identity };
}

export function useSession(): SessionContext {
  const context = use(Context);
  if (!context) throw new Error('a SessionProvider is missing');
  return context;
}

/** The open wallet's identity; the layout shows no page of the wallet without one. */
export function useIdentity(): store.Identity {
  const { session } = useSession();
  if (session.kind !== 'open') throw new Error('no wallet is open');
  return session.identity;
}
