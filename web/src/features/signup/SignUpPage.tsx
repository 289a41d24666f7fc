import { Button, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { NotPossible } from '@/api/errors';
import { messageOf } from '@/api/queries';
import { checkLine, NAME_CHARS_MAX } from '@/domain/text';
import { Mark } from '@/ui/icons';
import { Notice, Stack, Title } from '@/ui/parts';
import { guessDevice } from '@/domain/deviceName';
import styles from './signup.module.css';
import { useSignUp } from './useSignUp';

export function SignUpPage() {
  const { t } = useTranslation('signup');
  const { t: common } = useTranslation('common');
  const [name, setName] = useState('');
  const [device, setDevice] = useState(() => common('deviceOn', guessDevice(navigator.userAgent)));
  const [asked, setAsked] = useState(false);
  const { busy, error, submit } = useSignUp();
  const faultOf = (text: string) => {
    const { fault } = checkLine(text, NAME_CHARS_MAX);
    return asked && fault ? t(`faults.${fault}`) : undefined;
  };

  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    setAsked(true);
    const [first, second] = [name, device].map((text) => checkLine(text, NAME_CHARS_MAX));
    if (first && second && !first.fault && !second.fault) void submit(first.line, second.line);
  };

  return (
    <div className={styles.page}>
      <div className={styles.intro}>
        <Mark size={64} />
        <Title>{t('title')}</Title>
        <p>{t('lead')}</p>
      </div>
      <form onSubmit={onSubmit} noValidate className={styles.form}>
        <Stack gap={18}>
          <TextInput
            size="lg"
            label={t('name')}
            description={t('nameHelp')}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faultOf(name)}
            required
            withAsterisk={false}
          />
          <TextInput
            size="lg"
            label={t('device')}
            description={t('deviceHelp')}
            value={device}
            onChange={(event) => setDevice(event.currentTarget.value)}
            error={faultOf(device)}
            required
            withAsterisk={false}
          />
          <Notice tone="plain" icon="key" title={t('keyTitle')}>
            <p>{t('keyBody')}</p>
          </Notice>
          {error !== undefined && <Problem error={error} />}
          <Button type="submit" size="xl" loading={busy} loaderProps={{ 'aria-label': t('opening') }}>
            {t('open')}
          </Button>
          <Button size="md" variant="subtle" renderRoot={(props) => <Link to="/join" {...props} />}>
            {t('have')}
          </Button>
          <Button size="md" variant="subtle" renderRoot={(props) => <Link to="/recover" {...props} />}>
            {t('lost')}
          </Button>
        </Stack>
      </form>
    </div>
  );
}

function Problem({ error }: { error: unknown }) {
  const { t } = useTranslation('signup');
  if (error instanceof NotPossible) return <Impossible missing={error.missing} />;
  const message = messageOf(error);
  return (
    <Notice tone="warn" title={message === undefined ? t('unknownTitle') : t('refused')} urgent>
      <p>{message ?? t('unknownBody')}</p>
    </Notice>
  );
}

export function Impossible({ missing }: { missing: NotPossible['missing'] }) {
  const { t } = useTranslation('signup');
  return (
    <Notice tone="bad" title={t('impossible.title')} urgent>
      <p>{t(`impossible.${missing}`)}</p>
    </Notice>
  );
}
