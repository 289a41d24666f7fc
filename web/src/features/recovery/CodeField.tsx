import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface CodeFieldProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly fault: boolean;
}

/** Sixteen letters from paper. No browser keeps them. */
export function CodeField({ value, onChange, fault }: CodeFieldProps) {
  const { t } = useTranslation('recovery');
  return (
    <TextInput
      size="lg"
      label={t('code')}
      description={t('codeHelp')}
      placeholder={t('codeShape')}
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fault ? t('faults.code') : undefined}
    />
  );
}
