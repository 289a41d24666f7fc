import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys, messageOf, useAction, useLimits } from '@/api/queries';
import { useIdentity } from '@/api/session';
import type { LimitsView, OwnLimitView, RuleLimitView } from '@/api/types';
import { cancelRaise } from '@/api/wallet';
import { languageOf } from '@/domain/language';
import { usedShare, usedShareOf, WINDOWS, writtenCap } from '@/domain/limits';
import { formatAmount } from '@/domain/money';
import { placeOf, wordsOf } from '@/domain/rule';
import { Failure } from '@/ui/Failure';
import { Icon } from '@/ui/icons';
import { useLocale, useMoments } from '@/ui/locale';
import { Blank, Card, Notice, Stack, Title } from '@/ui/parts';
import { Said } from '@/ui/Said';
import { Bar } from './Bar';
import { LimitEditor } from './LimitEditor';
import styles from './limits.module.css';
import { useCategoryName, useScopeName } from './scopeName';

/** Every limit that holds for this wallet, how far it is used, and the payer's own to set. */
export function LimitsPage() {
  const { t } = useTranslation('limits');
  const { t: common } = useTranslation('common');
  const limits = useLimits();
  return (
    <Stack gap={18}>
      <Title
        lead={
          <Link to="/security" className={styles.back} aria-label={common('back')}>
            <Icon name="back" />
          </Link>
        }
      >
        {t('title')}
      </Title>
      <p className="quiet">{t('lead')}</p>
      {limits.isPending && <Blank height={220} />}
      {limits.isError && !limits.data && (
        <Failure message={messageOf(limits.error)} onRetry={() => void limits.refetch()} />
      )}
      {limits.data && (
        <div className={styles.columns}>
          <Own view={limits.data} />
          <Rules view={limits.data} />
        </div>
      )}
    </Stack>
  );
}

function Own({ view }: { view: LimitsView }) {
  const { t } = useTranslation('limits');
  const [editing, setEditing] = useState<OwnLimitView | 'new'>();
  const [said, setSaid] = useState<string>();
  return (
    <Card labelledBy="own-title">
      <Stack gap={14}>
        <h2 id="own-title">{t('own.title')}</h2>
        <p className="quiet">{t('own.lead')}</p>
        <div role="status">{said !== undefined && <Notice tone="good" title={said} />}</div>
        {view.own.length === 0 && <p>{t('own.none')}</p>}
        <ul className={styles.list} aria-label={t('own.title')}>
          {view.own.map((limit, index) => (
            <OwnLimit key={index} limit={limit} onChange={() => setEditing(limit)} />
          ))}
        </ul>
        <Button
          size="lg"
          variant="default"
          leftSection={<Icon name="plus" />}
          onClick={() => setEditing('new')}
        >
          {t('own.add')}
        </Button>
      </Stack>
      {editing !== undefined && (
        <LimitEditor
          view={view}
          limit={editing === 'new' ? undefined : editing}
          onDone={(words) => {
            setEditing(undefined);
            setSaid(words);
          }}
          onCancel={() => setEditing(undefined)}
        />
      )}
    </Card>
  );
}

function OwnLimit({ limit, onChange }: { limit: OwnLimitView; onChange: () => void }) {
  const { t } = useTranslation('limits');
  const locale = useLocale();
  const name = useScopeName()(limit);
  return (
    <li className={styles.limit}>
      <div className={styles.head}>
        <strong>{name}</strong>
        <Button size="sm" variant="default" aria-label={t('own.changeThis', { name })} onClick={onChange}>
          {t('own.change')}
        </Button>
      </div>
      {limit.amount.minor === 0 ? (
        <p>{t('own.shut')}</p>
      ) : (
        <>
          <Bar share={usedShareOf(limit.used, limit.amount)} label={name} />
          <p className={styles.numbers}>
            <span>{t('left', { amount: formatAmount(limit.left, locale) })}</span>
            <span className="quiet">{t('of', { amount: formatAmount(limit.amount, locale) })}</span>
          </p>
        </>
      )}
      {limit.pending && <Pending limit={limit} />}
    </li>
  );
}

function Pending({ limit }: { limit: OwnLimitView }) {
  const { t } = useTranslation('limits');
  const locale = useLocale();
  const moments = useMoments();
  const identity = useIdentity();
  const client = useQueryClient();
  const cancel = useAction(
    useCallback(async () => {
      await cancelRaise(identity, limit);
      await client.invalidateQueries({ queryKey: keys.limits });
    }, [identity, limit, client]),
  );
  const { pending } = limit;
  if (!pending) return null;
  const time = moments.when(pending.starts_at);
  return (
    <Notice
      tone="warn"
      icon="clock"
      title={
        pending.to
          ? t('pending.to', { amount: formatAmount(pending.to, locale), time })
          : t('pending.gone', { time })
      }
    >
      <p>{t('pending.body')}</p>
      {cancel.error !== undefined && <p role="alert">{messageOf(cancel.error) ?? t('unknown')}</p>}
      <Button size="sm" variant="default" loading={cancel.busy} onClick={() => void cancel.run()}>
        {t('pending.cancel')}
      </Button>
    </Notice>
  );
}

function Rules({ view }: { view: LimitsView }) {
  const { t } = useTranslation('limits');
  const locale = useLocale();
  return (
    <Card labelledBy="rules-title">
      <Stack gap={14}>
        <h2 id="rules-title">{t('rules.title')}</h2>
        <p className="quiet">{t('rules.lead')}</p>
        <p className={styles.numbers}>
          <span>{t('rules.payment')}</span>
          <strong>{formatAmount(view.payment_limit, locale)}</strong>
        </p>
        <ul className={styles.list} aria-label={t('rules.title')}>
          {view.rules.map((rule) => (
            <Rule key={`${rule.pack} ${rule.rule} ${rule.category ?? ''}`} rule={rule} />
          ))}
        </ul>
      </Stack>
    </Card>
  );
}

function Rule({ rule }: { rule: RuleLimitView }) {
  const { t } = useTranslation('limits');
  const locale = useLocale();
  const category = useCategoryName();
  const words = wordsOf(rule, locale);
  // Where a pack has no words in the reader's language, its numbers come first, and its own words as they stand.
  const speaks = languageOf(words.say) === locale;
  // Packs name a rule by its window where it has the window of a wallet's own limits.
  const window = WINDOWS.find((known) => known === rule.rule);
  const numbers = [
    window ? t(`windows.${window}`) : '',
    t('rules.cap', { cap: writtenCap(rule.cap, locale) }),
    rule.category ? category(rule.category) : '',
  ];
  const name = speaks ? words.say : numbers.filter((part) => part !== '').join(' · ');
  return (
    <li className={styles.limit}>
      <strong>{name}</strong>
      <Bar share={usedShare(rule.used, rule.cap)} label={name} />
      <p className={styles.numbers}>
        <span>
          {rule.left
            ? t('left', { amount: formatAmount(rule.left, locale) })
            : t('used', { used: writtenCap(rule.used, locale), cap: writtenCap(rule.cap, locale) })}
        </span>
        <span className="quiet">{t(`layers.${layerOf(rule.layer)}`)}</span>
      </p>
      <p className={styles.cite}>
        {!speaks && (
          <q>
            <Said text={words.say} />
          </q>
        )}
        <Said text={placeOf(words)} />
      </p>
    </li>
  );
}

const LAYERS = ['statute', 'regulator', 'scheme', 'provider', 'payer'] as const;
const layerOf = (layer: string): (typeof LAYERS)[number] | 'other' =>
  LAYERS.find((known) => known === layer) ?? 'other';
