import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messageOf, useAction } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { reportCode } from '@/api/wallet';
import { Confirm } from '@/ui/Confirm';
import { Notice } from '@/ui/parts';
import { whereScanned } from './place';

/** "This code is not where it belongs": counted once for each payer. */
export function ReportCode({ payload }: { payload: string }) {
  const { t } = useTranslation('pay');
  const identity = useIdentity();
  const [state, setState] = useState<'ready' | 'asking' | 'done'>('ready');
  const report = useAction(
    useCallback(async () => {
      const scan = await whereScanned();
      await reportCode(identity, { payload, ...(scan && { scan }) });
    }, [identity, payload]),
  );
  if (state === 'done') {
    return (
      <Notice tone="good" title={t('report.done')} urgent>
        <p>{t('report.doneBody')}</p>
      </Notice>
    );
  }
  return (
    <>
      <Button size="md" variant="subtle" fullWidth onClick={() => setState('asking')}>
        {t('report.open')}
      </Button>
      {state === 'asking' && (
        <Confirm
          title={t('report.title')}
          act={t('report.act')}
          tone="calm"
          busy={report.busy}
          onCancel={() => setState('ready')}
          onConfirm={() => void report.run().then((done) => done && setState('done'))}
        >
          <p>{t('report.body')}</p>
          {report.error !== undefined && (
            <Notice tone="warn" title={t('report.failed')} urgent>
              <p>{messageOf(report.error) ?? t('report.unknown')}</p>
            </Notice>
          )}
        </Confirm>
      )}
    </>
  );
}
