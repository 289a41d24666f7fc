/** One act that may ask for one more check. Closing the sheet is no error. */

import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { keys, messageOf } from '@/api/queries';
import { NotApproved, useStepped } from '@/api/stepUp';
import { Notice } from '@/ui/parts';

export function useChecked() {
  const { t } = useTranslation('recovery');
  const client = useQueryClient();
  const stepped = useStepped();
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const run = async (act: (bodyText: string) => Promise<unknown>, bodyText: string, what: ReactNode) => {
    setState({ busy: true, error: undefined });
    try {
      await stepped(act, bodyText, what);
      await client.invalidateQueries({ queryKey: keys.recovery });
      setState({ busy: false, error: undefined });
      return true;
    } catch (error) {
      setState({ busy: false, error: error instanceof NotApproved ? undefined : error });
      return false;
    }
  };
  const trouble =
    state.error === undefined ? null : (
      <Notice tone="bad" title={t('failed')} urgent>
        <p>{messageOf(state.error) ?? t('unknown')}</p>
      </Notice>
    );
  return { run, busy: state.busy, trouble };
}
