import { AlertsPage } from '@/features/activity/AlertsPage';
import { useLive } from './LiveAlerts';

export const AlertsRoute = () => <AlertsPage live={useLive()} />;
