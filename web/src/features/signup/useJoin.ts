/** Waiting to be let in: the request is renewed before its proof grows stale, and the server is asked until it agrees. */

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { createDeviceKey, keepInMemory, type Identity } from '@/api/keystore';
import { useSession } from '@/api/session';
import { isJoined, joinRequest } from '@/api/wallet';
import { checkDigits, joinText, type SessionKind } from '@/domain/join';
import { newId, type PayerId } from '@/domain/typeid';

/** A proof is good for a minute; somebody must still scan and read. */
const RENEW_MS = 25_000;
const ASK_MS = 4_000;

export interface Shown {
  readonly text: string;
  readonly digits: string;
}

export function useJoin() {
  const { keep } = useSession();
  const navigate = useNavigate();
  const [identity, setIdentity] = useState<Identity>();
  const [shown, setShown] = useState<Shown>();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });

  const start = async (payer: PayerId, deviceName: string, kind: SessionKind) => {
    setState({ busy: true, error: undefined });
    try {
      const key = await createDeviceKey();
      const createdAt = new Date().toISOString();
      const next: Identity = {
        payer,
        device: newId('dev'),
        deviceName,
        signedUp: true,
        createdAt,
        ...(kind === 'shared' && { kind }),
        ...key,
      };
      // Before anything is kept.
      if (kind === 'shared') keepInMemory();
      // The first question is refused, and brings the nonce that the request needs.
      await isJoined(next);
      setShown(await show(next));
      setIdentity(next);
      setState({ busy: false, error: undefined });
    } catch (error) {
      setState({ busy: false, error });
    }
  };

  useEffect(() => {
    if (!identity) return undefined;
    const renew = setInterval(() => void show(identity).then(setShown), RENEW_MS);
    const ask = setInterval(() => {
      // Without an answer the next question comes all the same.
      void isJoined(identity)
        .catch(() => false)
        .then(async (joined) => {
          if (!joined) return;
          await keep(identity);
          await navigate({ to: '/', replace: true });
        });
    }, ASK_MS);
    return () => {
      clearInterval(renew);
      clearInterval(ask);
    };
  }, [identity, keep, navigate]);

  return { ...state, shown, start };
}

async function show(identity: Identity): Promise<Shown> {
  const request = await joinRequest(identity);
  return { text: joinText(request), digits: (await checkDigits(request)) ?? '' };
}
