/** One more check on one body: the calls, and the way any page asks for it. The sheet itself is mounted by the layout. */

import {
  createContext,
  use,
  useCallback,
  useMemo,
  useState,
  type ComponentType,
  type ReactNode,
} from 'react';
import { digestOf, toBase64Url } from '@/domain/base64url';
import { asDevice } from './client';
import { isRefusal, Refusal } from './errors';
import type { Identity } from './keystore';
import type { ApprovalView, PinStepUpBody, StepUpView } from './types';

/** 16 random bytes: the digest of a body is on record, and the digest of six digits alone would be six digits. */
export const newBlind = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(16)));

export const approveByPin = (identity: Identity, digest: string, pin: string) => {
  const body: PinStepUpBody = { blind: newBlind(), body: digest, pin };
  return asDevice<ApprovalView>(identity, { method: 'POST', path: '/v1/step-up/pin', body });
};

const CODES = ['risk.step_up_needed', 'step_up.waiting', 'step_up.not_set_up'];

/** What is asked for, when a refusal asks for one more check. */
export function stepUpOf(error: unknown): StepUpView | undefined {
  if (!(error instanceof Refusal) || !CODES.includes(error.code)) return undefined;
  return error.problem.step_up ?? undefined;
}

export interface Asked {
  readonly view: StepUpView;
  /** SHA-256 of the body that will be sent again: computed here, so that nothing else is ever approved. */
  readonly digest: string;
  /** What the payer approves, in words. */
  readonly what: ReactNode;
}

export interface SheetProps {
  readonly asked: Asked;
  readonly onDone: (approved: boolean) => void;
}

type Ask = (view: StepUpView, bodyText: string, what: ReactNode) => Promise<boolean>;
const Context = createContext<Ask | undefined>(undefined);

export function StepUpProvider({
  sheet: Sheet,
  children,
}: {
  sheet: ComponentType<SheetProps>;
  children: ReactNode;
}) {
  const [open, setOpen] = useState<{ asked: Asked; resolve: (approved: boolean) => void }>();
  const ask = useCallback<Ask>(async (view, bodyText, what) => {
    const digest = await digestOf(bodyText);
    if (view.body != null && view.body !== digest) return false;
    return new Promise((resolve) => setOpen({ asked: { view, digest, what }, resolve }));
  }, []);
  const value = useMemo(() => ask, [ask]);
  return (
    <Context value={value}>
      {children}
      {open && (
        <Sheet
          asked={open.asked}
          onDone={(approved) => {
            setOpen(undefined);
            open.resolve(approved);
          }}
        />
      )}
    </Context>
  );
}

export function useAskStepUp(): Ask {
  const ask = use(Context);
  if (!ask) throw new Error('a StepUpProvider is missing');
  return ask;
}

/** The payer closed the sheet: nothing was done, and nothing needs saying. */
export class NotApproved extends Error {
  constructor() {
    super('the payer did not approve');
    this.name = 'NotApproved';
  }
}

/** Sends a body; where one more check is asked for, does it and sends the same body once more. */
export function useStepped(): <T>(
  act: (bodyText: string) => Promise<T>,
  bodyText: string,
  what: ReactNode,
) => Promise<T> {
  const ask = useAskStepUp();
  return useCallback(
    async (act, bodyText, what) => {
      try {
        return await act(bodyText);
      } catch (error) {
        const view = stepUpOf(error);
        if (view === undefined) throw error;
        if (!(await ask(view, bodyText, what))) throw new NotApproved();
        return act(bodyText);
      }
    },
    [ask],
  );
}

/** How many tries a wrong PIN leaves, where the refusal says. */
export function triesLeft(error: unknown): number | undefined {
  const found = isRefusal(error, 'pin.wrong') ? /\d+/.exec(error.problem.detail ?? '')?.[0] : undefined;
  return found === undefined ? undefined : Number(found);
}
