import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { serverNow } from '@/api/client';
import { useDevices } from '@/api/queries';
import { useIdentity } from '@/api/session';
import { useMoments } from '@/ui/locale';
import { Notice } from '@/ui/parts';

/** A new or recovered device starts with nothing: said where somebody would look for why it does not pay. */
export function WaitingNotice() {
  const { t } = useTranslation('security');
  const moments = useMoments();
  const identity = useIdentity();
  const here = useDevices().data?.items.find(({ device }) => device === identity.device);
  if (!here || Date.parse(here.usable_from) <= serverNow()) return null;
  return (
    <Notice tone="warn" icon="clock" title={t('waiting.title', { time: moments.when(here.usable_from) })}>
      <p>{t('waiting.body')}</p>
      <p>
        <Link to="/security">{t('waiting.security')}</Link>
      </p>
    </Notice>
  );
}
