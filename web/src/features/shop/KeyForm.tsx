import { Button, TextInput } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice, Stack, Title } from '@/ui/parts';
import styles from './shop.module.css';

export interface KeyFormProps {
  readonly onKey: (key: string) => void;
  /** Set after a try: true when the server refused the key, false when no answer arrived. */
  readonly refused?: boolean;
  readonly onAgain?: () => void;
}

export function KeyForm({ onKey, refused, onAgain }: KeyFormProps) {
  const { t } = useTranslation('shop');
  const [key, setKey] = useState('');
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (key.trim() !== '') onKey(key.trim());
    else onAgain?.();
  };
  return (
    <form className={styles.keyForm} onSubmit={onSubmit}>
      <Stack gap={18}>
        <Title>{t('key.title')}</Title>
        <p className="quiet">{t('key.body')}</p>
        <TextInput
          type="password"
          size="lg"
          autoComplete="off"
          label={t('key.label')}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        {refused !== undefined && (
          <Notice tone="warn" title={refused ? t('key.refused') : t('key.unknown')} urgent />
        )}
        <Button type="submit" size="xl">
          {t('key.open')}
        </Button>
      </Stack>
    </form>
  );
}
