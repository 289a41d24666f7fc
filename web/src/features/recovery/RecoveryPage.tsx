import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { messageOf, usePasskeys, useRecovery } from '@/api/queries';
import type { CodesView, PasskeyView, RecoveryView } from '@/api/types';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { Blank, Notice, Stack } from '@/ui/parts';
import { BackTitle } from './BackTitle';
import { CodesCard } from './CodesCard';
import { ContactsCard } from './ContactsCard';
import styles from './recovery.module.css';
import { Sheet } from './Sheet';

/** What somebody sets up today to come back to the money after losing the phone. */
export function RecoveryPage() {
  const { t } = useTranslation('recovery');
  const view = useRecovery();
  const passkeys = usePasskeys();
  const [sheet, setSheet] = useState<CodesView>();
  if (sheet) return <Sheet view={sheet} onDone={() => setSheet(undefined)} />;
  return (
    <Stack gap={18}>
      <BackTitle>{t('title')}</BackTitle>
      <p className="quiet">{t('lead')}</p>
      {(view.isPending || passkeys.isPending) && <Blank height={260} />}
      {view.isError && !view.data && (
        <Failure message={messageOf(view.error)} onRetry={() => void view.refetch()} />
      )}
      {passkeys.isError && !passkeys.data && (
        <Failure message={messageOf(passkeys.error)} onRetry={() => void passkeys.refetch()} />
      )}
      {view.data && passkeys.data && (
        <>
          <Readiness view={view.data} passkeys={passkeys.data.items} />
          <div className={styles.columns}>
            <CodesCard view={view.data} onSheet={setSheet} />
            <ContactsCard view={view.data} />
          </div>
          <Button size="md" variant="subtle" renderRoot={(props) => <Link to="/security/help" {...props} />}>
            {t('help.open')}
          </Button>
        </>
      )}
    </Stack>
  );
}

/** A passkey counts here only where it outlives the phone: synced, or one of several. */
const outlives = (passkeys: readonly PasskeyView[]): boolean =>
  passkeys.length > 1 || passkeys.some((passkey) => passkey.backed_up);

/** Which kinds of factor are there. Two of different kinds bring a payer back; one does not. */
function Readiness({ view, passkeys }: { view: RecoveryView; passkeys: readonly PasskeyView[] }) {
  const { t } = useTranslation('recovery');
  const waiting = view.contacts.every((contact) => Date.parse(contact.usable_from) > serverNow());
  const rows = [
    { name: 'codes', ready: view.codes_left > 0, says: t('ready.codes', { count: view.codes_left }) },
    {
      name: 'passkeys',
      ready: outlives(passkeys),
      says:
        passkeys.length > 0 && !outlives(passkeys)
          ? t('ready.passkeyAlone')
          : t('ready.passkeys', { count: passkeys.length }),
    },
    {
      name: 'contacts',
      ready: view.contacts.length > 0,
      says:
        view.contacts.length > 0 && waiting
          ? t('ready.contactsWait')
          : t('ready.contacts', { count: view.contacts.length }),
    },
  ] as const;
  const count = rows.filter(({ ready }) => ready).length;
  return (
    <section aria-labelledby="ready-title" className={styles.readiness}>
      <div id="ready-title">
        <Notice
          tone={count >= 2 ? 'good' : 'warn'}
          icon="shield"
          title={count >= 2 ? t('ready.good') : t('ready.bad', { count: 2 - count })}
        >
          <p>{count >= 2 ? t('ready.goodBody') : t('ready.badBody')}</p>
        </Notice>
      </div>
      <ul className={styles.kinds}>
        {rows.map(({ name, ready, says }) => (
          <li key={name} data-ready={ready ? '' : undefined}>
            <Icon name={ready ? 'checkRound' : 'question'} />
            <span>
              <strong>{t(`ready.kinds.${name}`)}</strong>
              <span className="quiet">{says}</span>
            </span>
            {name === 'passkeys' && (
              <Link to="/security/passkeys" className={styles.more}>
                {t('ready.openPasskeys')}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
