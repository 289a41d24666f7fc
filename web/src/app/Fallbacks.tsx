import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty, Title } from '@/ui/parts';

export function NotFound() {
  const { t } = useTranslation('app');
  return (
    <Empty icon="question" title={<Title>{t('notFound.title')}</Title>}>
      <p className="quiet">{t('notFound.body')}</p>
      <Button size="md" renderRoot={(props) => <Link to="/" {...props} />}>
        {t('notFound.home')}
      </Button>
    </Empty>
  );
}

export function Crashed() {
  const { t } = useTranslation('app');
  return (
    <Empty icon="warn" title={<Title>{t('crashed.title')}</Title>}>
      <p className="quiet">{t('crashed.body')}</p>
      <Button size="md" onClick={() => location.reload()}>
        {t('crashed.reload')}
      </Button>
    </Empty>
  );
}
