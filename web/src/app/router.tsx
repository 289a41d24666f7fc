/** The table of contents. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
} from '@tanstack/react-router';
import { ActivityPage } from '@/features/activity/ActivityPage';
import { ReceiptPage } from '@/features/activity/ReceiptPage';
import { PreviewPage } from '@/features/pay/PreviewPage';
import { StickerPage } from '@/features/pay/StickerPage';
import { SecurityPage } from '@/features/security/SecurityPage';
import { isId } from '@/domain/typeid';
import { AlertsRoute } from './AlertsRoute';
import { Crashed, NotFound } from './Fallbacks';
import { HomePage } from './HomePage';
import { PlainLayout } from './PlainLayout';
import { WalletLayout } from './WalletLayout';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Crashed });

const wallet = createRoute({ getParentRoute: () => root, id: 'wallet', component: WalletLayout });
const home = createRoute({ getParentRoute: () => wallet, path: '/', component: HomePage });
const scan = createRoute({
  getParentRoute: () => wallet,
  path: '/scan',
  component: lazyRouteComponent(() => import('@/features/pay/ScanPage'), 'ScanPage'),
});
const pay = createRoute({
  getParentRoute: () => wallet,
  path: '/pay/$intent',
  component: function Pay() {
    const { intent } = pay.useParams();
    if (!isId('int', intent)) throw notFound();
    return <PreviewPage key={intent} intent={intent} />;
  },
});
const paySticker = createRoute({
  getParentRoute: () => wallet,
  path: '/pay/sticker/$serial',
  component: function PaySticker() {
    const { serial } = paySticker.useParams();
    return <StickerPage key={serial} serial={serial} />;
  },
});
const payment = createRoute({
  getParentRoute: () => wallet,
  path: '/payments/$payment',
  validateSearch: (search: Record<string, unknown>): { fresh?: boolean } =>
    search.fresh === true ? { fresh: true } : {},
  component: function Payment() {
    const { payment: id } = payment.useParams();
    const { fresh = false } = payment.useSearch();
    if (!isId('pay', id)) throw notFound();
    return <ReceiptPage key={id} id={id} fresh={fresh} />;
  },
});
const activity = createRoute({ getParentRoute: () => wallet, path: '/activity', component: ActivityPage });
const alerts = createRoute({ getParentRoute: () => wallet, path: '/alerts', component: AlertsRoute });
const security = createRoute({ getParentRoute: () => wallet, path: '/security', component: SecurityPage });
const devices = createRoute({
  getParentRoute: () => wallet,
  path: '/security/devices',
  component: lazyRouteComponent(() => import('@/features/security/DevicesPage'), 'DevicesPage'),
});
const addDevice = createRoute({
  getParentRoute: () => wallet,
  path: '/security/devices/add',
  component: lazyRouteComponent(() => import('@/features/security/AddDevicePage'), 'AddDevicePage'),
});
const pin = createRoute({
  getParentRoute: () => wallet,
  path: '/security/pin',
  component: lazyRouteComponent(() => import('@/features/security/PinPage'), 'PinPage'),
});
const passkeys = createRoute({
  getParentRoute: () => wallet,
  path: '/security/passkeys',
  component: lazyRouteComponent(() => import('@/features/security/PasskeysPage'), 'PasskeysPage'),
});
const limits = createRoute({
  getParentRoute: () => wallet,
  path: '/security/limits',
  component: lazyRouteComponent(() => import('@/features/limits/LimitsPage'), 'LimitsPage'),
});
const recovery = createRoute({
  getParentRoute: () => wallet,
  path: '/security/recovery',
  component: lazyRouteComponent(() => import('@/features/recovery/RecoveryPage'), 'RecoveryPage'),
});
const help = createRoute({
  getParentRoute: () => wallet,
  path: '/security/help',
  component: lazyRouteComponent(() => import('@/features/recovery/HelpPage'), 'HelpPage'),
});
const browser = createRoute({
  getParentRoute: () => wallet,
  path: '/security/browser',
  component: lazyRouteComponent(() => import('@/features/security/BrowserPage'), 'BrowserPage'),
});

const plain = createRoute({ getParentRoute: () => root, id: 'plain', component: PlainLayout });
const shop = createRoute({
  getParentRoute: () => plain,
  path: '/shop',
  component: lazyRouteComponent(() => import('@/features/shop/ShopPage'), 'ShopPage'),
});
const codeTester = createRoute({
  getParentRoute: () => plain,
  path: '/tools/qr',
  component: lazyRouteComponent(() => import('@/features/tools/CodeTesterPage'), 'CodeTesterPage'),
});
const join = createRoute({
  getParentRoute: () => plain,
  path: '/join',
  component: lazyRouteComponent(() => import('@/features/signup/JoinPage'), 'JoinPage'),
});

const recover = createRoute({
  getParentRoute: () => plain,
  path: '/recover',
  component: lazyRouteComponent(() => import('@/features/recovery/RecoverPage'), 'RecoverPage'),
});
const freeze = createRoute({
  getParentRoute: () => plain,
  path: '/freeze',
  component: lazyRouteComponent(() => import('@/features/recovery/FreezePage'), 'FreezePage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    wallet.addChildren([
      home,
      scan,
      pay,
      paySticker,
      payment,
      activity,
      alerts,
      security,
      devices,
      addDevice,
      pin,
      limits,
      passkeys,
      recovery,
      help,
      browser,
    ]),
    plain.addChildren([shop, codeTester, join, recover, freeze]),
  ]),
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Crashed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** A scanned text, handed from the wallet's scanner to the code tester: in memory, never in an address. */
    scanned?: string;
  }
}
