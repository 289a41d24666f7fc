import { Button, TextInput } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { addContact, removeContact } from '@/api/recovery';
import { useIdentity } from '@/api/session';
import type { ContactView, RecoveryView } from '@/api/types';
import { canonical } from '@/domain/jcs';
import { payerIn } from '@/domain/join';
import { checkLine, NAME_CHARS_MAX } from '@/domain/text';
import { Confirm, Dialog } from '@/ui/Confirm';
import { Icon } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Card, Notice, Stack } from '@/ui/parts';
import styles from './recovery.module.css';
import { useChecked } from './useChecked';

const CONTACTS_MAX = 3;

/** Who may vouch for a new device, and freeze the wallet for a day. */
export function ContactsCard({ view }: { view: RecoveryView }) {
  const { t } = useTranslation('recovery');
  const [adding, setAdding] = useState(false);
  return (
    <Card labelledBy="contacts-title">
      <Stack gap={12}>
        <h2 id="contacts-title">{t('contacts.title')}</h2>
        <p className="quiet">{t('contacts.lead')}</p>
        {view.contacts.length === 0 && <p>{t('contacts.none')}</p>}
        <ul className={styles.list} aria-label={t('contacts.title')}>
          {view.contacts.map((contact) => (
            <Contact key={contact.contact} contact={contact} />
          ))}
        </ul>
        {view.contacts.length < CONTACTS_MAX && (
          <Button
            size="lg"
            variant="default"
            leftSection={<Icon name="plus" />}
            onClick={() => setAdding(true)}
          >
            {t('contacts.add')}
          </Button>
        )}
      </Stack>
      {adding && <Add onClose={() => setAdding(false)} />}
    </Card>
  );
}

function Contact({ contact }: { contact: ContactView }) {
  const { t } = useTranslation('recovery');
  const moments = useMoments();
  const identity = useIdentity();
  const checked = useChecked();
  const [asking, setAsking] = useState(false);
  const waits = Date.parse(contact.usable_from) > serverNow();
  const { name } = contact;
  const remove = () => {
    setAsking(false);
    void checked.run(
      (text) => removeContact(identity, text),
      canonical({ contact: contact.contact }),
      t('contacts.removeWhat', { name }),
    );
  };
  return (
    <li className={styles.contact}>
      <div>
        <strong>{name}</strong>
        <span className="mono quiet">{contact.contact}</span>
        {waits && <span>{t('contacts.waits', { time: moments.when(contact.usable_from) })}</span>}
        {checked.trouble}
      </div>
      <Button
        size="sm"
        variant="default"
        loading={checked.busy}
        aria-label={t('contacts.removeThis', { name })}
        onClick={() => setAsking(true)}
      >
        {t('contacts.remove')}
      </Button>
      {asking && (
        <Confirm
          title={t('contacts.removeTitle', { name })}
          act={t('contacts.remove')}
          busy={checked.busy}
          onCancel={() => setAsking(false)}
          onConfirm={remove}
        >
          <p>{t('contacts.removeBody')}</p>
        </Confirm>
      )}
    </li>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('recovery');
  const { t: common } = useTranslation('common');
  const identity = useIdentity();
  const checked = useChecked();
  const [wallet, setWallet] = useState('');
  const [name, setName] = useState('');
  const [asked, setAsked] = useState(false);
  const contact = payerIn(wallet);
  const { line, fault } = checkLine(name, NAME_CHARS_MAX);
  const own = contact === identity.payer;
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    if (!contact || own || fault) return;
    void checked
      .run(
        (text) => addContact(identity, text),
        canonical({ contact, name: line }),
        t('contacts.addWhat', { name: line }),
      )
      .then((done) => done && onClose());
  };
  return (
    <Dialog title={t('contacts.add')} onClose={onClose}>
      <form onSubmit={onSubmit} noValidate>
        <Stack gap={14}>
          <p>{t('contacts.addBody')}</p>
          <TextInput
            size="lg"
            label={t('contacts.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={asked && fault ? t(`faults.${fault}`) : undefined}
          />
          <TextInput
            size="lg"
            label={t('contacts.wallet')}
            description={t('contacts.walletHelp')}
            value={wallet}
            spellCheck={false}
            onChange={(event) => setWallet(event.currentTarget.value)}
            error={asked && (!contact || own) ? t(own ? 'contacts.own' : 'faults.wallet') : undefined}
          />
          <Notice tone="plain" icon="clock" title={t('contacts.delay')} />
          {checked.trouble}
          <Button type="submit" size="lg" loading={checked.busy}>
            {t('contacts.addAct')}
          </Button>
          <Button size="lg" variant="default" disabled={checked.busy} onClick={onClose}>
            {common('cancel')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  );
}
