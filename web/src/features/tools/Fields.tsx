import { useTranslation } from 'react-i18next';
import type { AccountView, FieldsView, Inspection } from '@/domain/inspection';
import { useLocale } from '@/ui/locale';
import { Card, Fact, Facts } from '@/ui/parts';
import { Scanned } from '@/ui/Scanned';
import { currencyOf, nameOf } from './meaning';
import styles from './tools.module.css';

const SHOWN = [
  'merchant_name',
  'merchant_city',
  'country',
  'postal_code',
  'amount',
  'currency_numeric',
  'initiation',
  'mcc',
  'tip',
  'fee_fixed',
  'fee_percent',
  'pa',
  'pn',
  'am',
  'cu',
  'tr',
  'mc',
  'tn',
  'sign',
] as const satisfies readonly (keyof FieldsView)[];

/** What the code claims, by name. */
export function Fields({ inspection: { fields } }: { inspection: Inspection }) {
  const { t } = useTranslation('tools');
  const locale = useLocale();
  const accounts = fields.accounts ?? [];
  const rows = SHOWN.flatMap((name) => (fields[name] == null ? [] : [{ name, value: fields[name] }]));
  if (rows.length === 0 && accounts.length === 0) return null;
  return (
    <Card labelledBy="fields-title">
      <h2 id="fields-title">{t('fields.title')}</h2>
      <p className="quiet">{t('fields.lead')}</p>
      <Facts>
        {rows.map(({ name, value }) => (
          <Fact key={name} name={t(`fields.${name}`)}>
            {name === 'initiation' && (value === 'static' || value === 'dynamic') ? (
              t(`fields.initiationValue.${value}`)
            ) : (
              <>
                <bdi>{value}</bdi>
                <Explained name={name} value={value} locale={locale} />
              </>
            )}
          </Fact>
        ))}
        {accounts.map((account, index) => (
          <Fact key={index} name={`${t('fields.account')} ${account.id}`} long>
            <Account account={account} />
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

function Explained({ name, value, locale }: { name: string; value: string; locale: string }) {
  const currency = name === 'currency_numeric' ? currencyOf(value) : undefined;
  const words =
    name === 'country'
      ? nameOf('region', value, locale)
      : currency && `${currency}, ${nameOf('currency', currency, locale) ?? ''}`;
  return words ? <span className={styles.explained}>{words}</span> : null;
}

function Account({ account: { value, guid, data } }: { account: AccountView }) {
  return (
    <>
      {guid != null && <Scanned text={guid} />}
      {value != null && <Scanned text={value} />}
      {Object.entries(data ?? {}).map(([id, text]) => (
        <Scanned key={id} text={`${id}  ${text}`} />
      ))}
    </>
  );
}
