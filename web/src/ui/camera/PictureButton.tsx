import { Button } from '@mantine/core';
import { useRef, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons';

/** Chooses a picture; it is read in this browser and never leaves it. */
export function PictureButton({ onPicture }: { onPicture: (file: File) => void }) {
  const { t } = useTranslation('common');
  const input = useRef<HTMLInputElement>(null);
  const onChange = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (file) onPicture(file);
  };
  return (
    <>
      <Button
        size="lg"
        variant="default"
        leftSection={<Icon name="image" />}
        onClick={() => input.current?.click()}
      >
        {t('camera.picture')}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={t('camera.picture')}
        onChange={onChange}
      />
    </>
  );
}
