import { useQueryClient } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { refreshWallet } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { AlertView } from '@/api/types';
import { followAlerts } from '@/api/wallet';
import { alertIcon, useAlertText } from '@/features/activity/alertText';
import { Icon } from '@/ui/icons';
import { Money } from '@/ui/parts';
import styles from './app.module.css';

const SHOWN_MS = 6_000;
const Live = createContext(false);
export const useLive = (): boolean => use(Live);

/** Follows the wallet's alerts: whatever happens to it is told at once, and every page is read anew. */
export function LiveAlerts({ children }: { children: ReactNode }) {
  const identity = useIdentity();
  const client = useQueryClient();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [live, setLive] = useState(false);
  const [alert, setAlert] = useState<AlertView>();

  useEffect(
    () =>
      followAlerts(
        identity,
        (next) => {
          setAlert(next);
          void refreshWallet(client);
        },
        setLive,
      ),
    [identity, client],
  );
  useEffect(() => {
    if (!alert) return undefined;
    const timer = setTimeout(() => setAlert(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [alert]);

  return (
    <Live value={live}>
      {children}
      <div className={`${styles.toasts ?? ''} no-print`} role="status">
        {alert && !isOnScreen(alert, path) && <Toast alert={alert} onClose={() => setAlert(undefined)} />}
      </div>
    </Live>
  );
}

/** Whether the page shows this very payment, or is just making it: then its own words are enough. */
function isOnScreen({ payment }: AlertView, path: string): boolean {
  return payment !== null && (path.startsWith('/pay/') || path.endsWith(payment));
}

function Toast({ alert, onClose }: { alert: AlertView; onClose: () => void }) {
  const { t } = useTranslation('app');
  const textOf = useAlertText();
  return (
    <div className={styles.toast}>
      <Icon name={alertIcon(alert)} />
      <span>
        {textOf(alert)}
        {alert.amount && (
          <>
            {' · '}
            <Money amount={alert.amount} />
          </>
        )}
      </span>
      <button type="button" onClick={onClose} aria-label={t('dismiss')}>
        {'✕'}
      </button>
    </div>
  );
}
