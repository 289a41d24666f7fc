import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/api/session';
import { StepUpProvider } from '@/api/stepUp';
import { OutPage } from '@/features/security/OutPage';
import { Impossible, SignUpPage } from '@/features/signup/SignUpPage';
import { StepUpSheet } from '@/features/stepup/StepUpSheet';
import { Icon, Mark } from '@/ui/icons';
import { Blank } from '@/ui/parts';
import styles from './app.module.css';
import { LanguageSwitch } from './LanguageSwitch';
import { LiveAlerts } from './LiveAlerts';

const TABS = [
  { to: '/', name: 'home', icon: 'wallet' },
  { to: '/activity', name: 'activity', icon: 'list' },
  { to: '/scan', name: 'scan', icon: 'scan' },
  { to: '/alerts', name: 'alerts', icon: 'bell' },
  { to: '/security', name: 'security', icon: 'shield' },
] as const;

export function WalletLayout() {
  const { t } = useTranslation('app');
  const { session } = useSession();
  const open = session.kind === 'open';
  // While somebody decides about money, the way out is the page's own.
  const deciding = useRouterState({ select: ({ location }) => location.pathname.startsWith('/pay/') });
  return (
    <div
      className={styles.shell}
      data-tabs={open && !deciding ? '' : undefined}
      data-deciding={deciding ? '' : undefined}
    >
      <a className={styles.skip} href="#content">
        {t('skip')}
      </a>
      <header className={`${styles.top ?? ''} no-print`}>
        <Link to="/" className={styles.brand}>
          <Mark />
          {t('brand')}
        </Link>
        {open && <Tabs />}
        <LanguageSwitch />
      </header>
      <main id="content" className={styles.main} tabIndex={-1}>
        {session.kind === 'opening' && <Blank height={240} />}
        {session.kind === 'impossible' && <Impossible missing={session.missing} />}
        {session.kind === 'none' && <SignUpPage />}
        {session.kind === 'out' && <OutPage identity={session.identity} />}
        {open && (
          <LiveAlerts>
            <StepUpProvider sheet={StepUpSheet}>
              <Outlet />
            </StepUpProvider>
          </LiveAlerts>
        )}
      </main>
    </div>
  );
}

function Tabs() {
  const { t } = useTranslation('app');
  return (
    <nav className={styles.tabs} aria-label={t('main')}>
      {TABS.map(({ to, name, icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/' }}
          data-scan={name === 'scan' ? '' : undefined}
        >
          <Icon name={icon} />
          <span>{t(`nav.${name}`)}</span>
        </Link>
      ))}
    </nav>
  );
}
