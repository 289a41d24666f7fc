/** Coming back on a new browser: the key and what was accepted so far are kept here, so that closing the page loses nothing. */

import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { isRefusal } from '@/api/errors';
import { createDeviceKey, forget, load, save, type Recovering } from '@/api/keystore';
import { isDeclined } from '@/api/passkeys';
import { recover, type Shown } from '@/api/recovery';
import { useSession } from '@/api/session';
import { newId, type PayerId } from '@/domain/typeid';

type Factor = Recovering['factors'][number];

const ASK_MS = 15_000;
const factorOf = (shown: Shown): Factor =>
  shown === 'passkey' ? 'passkey' : shown === 'nothing' ? 'vouched' : 'printed_code';

export function useRecover() {
  const { keep } = useSession();
  const navigate = useNavigate();
  /** `null` when nothing was begun; `undefined` until that is known. */
  const [started, setStarted] = useState<Recovering | null>();
  const [state, setState] = useState<{ busy: Factor | 'begin' | undefined; error: unknown }>({
    busy: undefined,
    error: undefined,
  });
  useEffect(() => {
    load('recovering')
      .then((kept) => setStarted(kept ?? null))
      .catch(() => setStarted(null));
  }, []);

  const begin = async (payer: PayerId, deviceName: string) => {
    setState({ busy: 'begin', error: undefined });
    try {
      const key = await createDeviceKey();
      const next: Recovering = {
        payer,
        device: newId('dev'),
        deviceName,
        factors: [],
        begunAt: new Date().toISOString(),
        ...key,
      };
      await save('recovering', next);
      setStarted(next);
      setState({ busy: undefined, error: undefined });
    } catch (error) {
      setState({ busy: undefined, error });
    }
  };

  const ask = useCallback(
    async (shown: Shown, by: Recovering): Promise<unknown> => {
      try {
        const identity = await recover(by, shown);
        await keep(identity);
        await forget('recovering');
        await navigate({ to: '/', replace: true });
        return undefined;
      } catch (error) {
        if (!isRefusal(error, 'recovery.factor_missing')) return error;
        const factor = factorOf(shown);
        // Asking again says only that there is still one.
        if (shown === 'nothing' && by.factors.length > 0) return undefined;
        const next = { ...by, factors: [...new Set([...by.factors, factor])] };
        await save('recovering', next);
        setStarted(next);
        return undefined;
      }
    },
    [keep, navigate],
  );

  const show = async (shown: Shown) => {
    if (!started) return;
    setState({ busy: factorOf(shown), error: undefined });
    const error = await ask(shown, started);
    setState({ busy: undefined, error: isDeclined(error) ? undefined : error });
  };

  // With one factor here, a contact's word may come at any moment.
  const waiting = started?.factors.length === 1 && state.busy === undefined ? started : undefined;
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setInterval(() => void ask('nothing', waiting), ASK_MS);
    return () => clearInterval(timer);
  }, [waiting, ask]);

  const stop = async () => {
    await forget('recovering');
    setStarted(null);
    setState({ busy: undefined, error: undefined });
  };
  return { ...state, started, begin, show, stop };
}
