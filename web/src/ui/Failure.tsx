/** What a page shows when it has nothing to show. `message` is the server's sentence, where there is one. */

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Notice, Stack } from './parts';

export function Failure({ message, onRetry }: { message?: string | undefined; onRetry?: () => void }) {
  const { t } = useTranslation('common');
  return (
    <Stack>
      <Notice tone="warn" title={message === undefined ? t('notKnown.title') : t('failed')} urgent>
        <p>{message ?? t('notKnown.body')}</p>
      </Notice>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </Stack>
  );
}
