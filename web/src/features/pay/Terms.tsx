import { useTranslation } from 'react-i18next';
import type { LimitLeftView, QuoteView } from '@/api/types';
import { languageOf } from '@/domain/language';
import { writtenCap } from '@/domain/limits';
import { formatAmount } from '@/domain/money';
import { wordsOf } from '@/domain/rule';
import { clockText } from '@/ui/clock';
import { useLocale, useNames } from '@/ui/locale';
import { Countdown, Fact, Facts, Money, Notice, Status } from '@/ui/parts';
import { Said } from '@/ui/Said';
import styles from './pay.module.css';

const LATE_SECONDS = 20;

/** What the payer came by. */
export type CameBy = 'code' | 'sticker' | 'link';
const CAME_BY = {
  code: 'verdict.trusted.title',
  sticker: 'verdict.sticker.title',
  link: 'preview.link',
} as const;

/** Who, how much, and how long there is to decide. */
export function TermsHead({ quote, by, now }: { quote: QuoteView; by: CameBy; now: number }) {
  const { t } = useTranslation('pay');
  const { core } = quote;
  const names = useNames(core.payee);
  const [created, expires] = [Date.parse(core.created_at), Date.parse(core.expires_at)];
  const left = Math.ceil((expires - now) / 1000);
  return (
    <header className={styles.head}>
      <div className={styles.headRow}>
        {quote.warnings.includes('code_doubtful') ? (
          <Status tone="waiting">{t('sticker.doubtful')}</Status>
        ) : (
          <Status tone={by === 'link' ? 'quiet' : 'good'}>{t(CAME_BY[by])}</Status>
        )}
        <Countdown
          share={(expires - now) / (expires - created)}
          late={left <= LATE_SECONDS}
          label={t('preview.timeLeft')}
        >
          {left > 0 ? t('preview.left', { clock: clockText(left) }) : t('preview.over')}
        </Countdown>
      </div>
      <p className={styles.payee}>
        <strong>{names.first}</strong>
        {names.second !== undefined && <span>{names.second}</span>}
      </p>
      <Money amount={quote.total} size="hero" />
      <Facts>
        <Fact name={t('preview.purpose')}>{core.purpose}</Fact>
        <Fact name={t('preview.place')}>{core.place}</Fact>
        {core.counter && <Fact name={t('sticker.serial')}>{core.counter.serial}</Fact>}
      </Facts>
    </header>
  );
}

/** Everything else that is agreed to by approving. */
export function Terms({ quote }: { quote: QuoteView }) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const { core, funding } = quote;
  const held = core.capture === 'manual';
  return (
    <>
      <Facts>
        <Fact name={t('preview.amount')}>
          <Money amount={core.amount} />
        </Fact>
        <Fact name={t('preview.fee')}>
          {funding.fee.minor === 0 ? t('preview.noFee') : <Money amount={funding.fee} />}
        </Fact>
        <Fact name={t('preview.total')} strong>
          <Money amount={quote.total} />
        </Fact>
        <Fact name={t('preview.from')}>{t('preview.wallet')}</Fact>
        {quote.available_after && (
          <Fact name={t('preview.after')}>
            <Money amount={quote.available_after} />
          </Fact>
        )}
        <Fact name={t('preview.limit')}>
          {t('preview.limitLeft', { amount: formatAmount(quote.limit_left, locale) })}
        </Fact>
        {quote.limits.length > 0 && (
          <Fact name={t('preview.limits')}>
            <ul>
              {quote.limits.map((limit) => (
                <LimitLeft key={`${limit.pack} ${limit.rule}`} limit={limit} />
              ))}
            </ul>
          </Fact>
        )}
        <Fact name={t('preview.settlement')}>
          {funding.settlement_days > 0
            ? t('preview.settlementDays', { count: funding.settlement_days })
            : held
              ? t('preview.settlementHeld')
              : t('preview.settlementNow')}
        </Fact>
        <Fact name={t('preview.refund')}>
          {funding.refundable_days === 0
            ? t('preview.refundNone')
            : t('preview.refundDays', { count: funding.refundable_days })}
        </Fact>
      </Facts>
      {held && <Notice tone="plain" icon="clock" title={t('preview.held')} />}
      <div className={styles.signing}>
        <strong>{t('preview.signing')}</strong>
        <span className="mono">{quote.quote.slice(0, 12)}</span>
        <p>{t('preview.signingBody')}</p>
      </div>
    </>
  );
}

/** What would be left of one limit. A cap stands beside words the reader may not read, and where there are none. */
function LimitLeft({ limit }: { limit: LimitLeftView }) {
  const { t } = useTranslation('pay');
  const locale = useLocale();
  const { say } = wordsOf(limit, locale);
  const cap = t('preview.ofCap', { cap: writtenCap(limit.cap, locale) });
  const isOwn = say === '';
  return (
    <li>
      {limit.left ? <Money amount={limit.left} /> : null}
      <span className={styles.role}>
        {(isOwn || languageOf(say) !== locale) && `${cap} · `}
        {isOwn ? t('preview.own') : <Said text={say} />}
      </span>
    </li>
  );
}
