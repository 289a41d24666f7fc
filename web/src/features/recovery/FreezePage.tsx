import { Button, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/api/queries';
import { freezeByCode } from '@/api/recovery';
import { payerIn } from '@/domain/join';
import { readRecoveryCode } from '@/domain/recoveryCode';
import { Icon } from '@/ui/icons';
import { Notice, Stack, Title } from '@/ui/parts';
import { CodeField } from './CodeField';
import styles from './recovery.module.css';

/** Stops a wallet by a printed code, from any machine. Whatever was entered, the answer is the same. */
export function FreezePage() {
  const { t } = useTranslation('recovery');
  const [wallet, setWallet] = useState<string>(() => payerIn(location.hash) ?? '');
  const [text, setText] = useState('');
  const [asked, setAsked] = useState(false);
  const [state, setState] = useState<{ busy: boolean; heard: boolean; error: unknown }>({
    busy: false,
    heard: false,
    error: undefined,
  });
  const payer = payerIn(wallet);
  const code = readRecoveryCode(text);
  const send = async () => {
    if (!payer || code === undefined) return;
    setState({ busy: true, heard: false, error: undefined });
    try {
      await freezeByCode(payer, code);
      setText('');
      setAsked(false);
      setState({ busy: false, heard: true, error: undefined });
    } catch (error) {
      setState({ busy: false, heard: false, error });
    }
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    void send();
  };
  return (
    <div className={styles.plain}>
      <Title>{t('freeze.title')}</Title>
      <p className="quiet">{t('freeze.lead')}</p>
      <form onSubmit={onSubmit} noValidate>
        <Stack gap={16}>
          <TextInput
            size="lg"
            label={t('wallet')}
            description={t('walletOnPaper')}
            value={wallet}
            spellCheck={false}
            onChange={(event) => setWallet(event.currentTarget.value)}
            error={asked && !payer ? t('faults.wallet') : undefined}
          />
          <CodeField value={text} onChange={setText} fault={asked && code === undefined} />
          {state.error !== undefined && (
            <Notice tone="bad" title={t('failed')} urgent>
              <p>{messageOf(state.error) ?? t('unknown')}</p>
            </Notice>
          )}
          {state.heard && (
            <Notice tone="plain" icon="check" title={t('freeze.heard')} urgent>
              <p>{t('freeze.heardBody')}</p>
            </Notice>
          )}
          <Button
            type="submit"
            size="xl"
            loading={state.busy}
            leftSection={<Icon name="lock" />}
            classNames={{ root: styles.danger ?? '' }}
          >
            {t('freeze.act')}
          </Button>
        </Stack>
      </form>
      <p className="quiet">{t('freeze.other')}</p>
      <Link to="/recover">{t('recover.open')}</Link>
    </div>
  );
}
