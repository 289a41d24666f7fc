import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { printCodes } from '@/api/recovery';
import { useIdentity } from '@/api/session';
import type { CodesView, RecoveryView } from '@/api/types';
import { canonical } from '@/domain/jcs';
import { Confirm } from '@/ui/Confirm';
import { Icon } from '@/ui/icons';
import { useMoments } from '@/ui/locale';
import { Card, Stack } from '@/ui/parts';
import { useChecked } from './useChecked';

/** The printed codes: how many are left, and a new sheet. */
export function CodesCard({ view, onSheet }: { view: RecoveryView; onSheet: (codes: CodesView) => void }) {
  const { t } = useTranslation('recovery');
  const moments = useMoments();
  const identity = useIdentity();
  const checked = useChecked();
  const [asking, setAsking] = useState(false);
  const print = () => {
    setAsking(false);
    void checked.run(
      (text) => printCodes(identity, text).then(onSheet),
      canonical({ payer: identity.payer }),
      t('codes.what'),
    );
  };
  return (
    <Card labelledBy="codes-title">
      <Stack gap={12}>
        <h2 id="codes-title">{t('codes.title')}</h2>
        <p className="quiet">{t('codes.lead')}</p>
        <p>
          {view.codes_printed_at == null
            ? t('codes.none')
            : t('codes.left', { count: view.codes_left, time: moments.when(view.codes_printed_at) })}
        </p>
        {checked.trouble}
        <Button
          size="lg"
          variant="default"
          loading={checked.busy}
          leftSection={<Icon name="print" />}
          onClick={() => (view.codes_printed_at == null ? print() : setAsking(true))}
        >
          {t('codes.print')}
        </Button>
      </Stack>
      {asking && (
        <Confirm
          title={t('codes.againTitle')}
          act={t('codes.againAct')}
          busy={checked.busy}
          onCancel={() => setAsking(false)}
          onConfirm={print}
        >
          <p>{t('codes.againBody')}</p>
        </Confirm>
      )}
    </Card>
  );
}
