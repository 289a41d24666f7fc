/** Whose wallet this browser holds. */

import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import * as store from './keystore';
import { NotPossible } from './errors';

export type Session =
  | { readonly kind: 'opening' }
  | { readonly kind: 'none'; readonly started: store.Identity | undefined }
  | { readonly kind: 'open'; readonly identity: store.Identity }
  | { readonly kind: 'impossible'; readonly missing: NotPossible['missing'] };

interface SessionContext {
  readonly session: Session;
  /** Keeps an identity; it opens the wallet once the server has answered its sign-up. */
  readonly keep: (identity: store.Identity) => Promise<void>;
}

const Context = createContext<SessionContext | undefined>(undefined);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ kind: 'opening' });
  useEffect(() => {
    store
      .load('identity')
      .then((identity) => {
        if (!('subtle' in crypto)) throw new NotPossible('webcrypto');
        setSession(identity?.signedUp ? { kind: 'open', identity } : { kind: 'none', started: identity });
      })
      .catch((error: unknown) =>
        setSession({
          kind: 'impossible',
          missing: error instanceof NotPossible ? error.missing : 'indexeddb',
        }),
      );
  }, []);
  const keep = useCallback(async (identity: store.Identity) => {
    await store.save('identity', identity);
    setSession(identity.signedUp ? { kind: 'open', identity } : { kind: 'none', started: identity });
  }, []);
  const value = useMemo(() => ({ session, keep }), [session, keep]);
  return <Context value={value}>{children}</Context>;
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
