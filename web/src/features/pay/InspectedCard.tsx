import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCodeWords } from '@/api/inspection';
import { byWeight, spansOf, weightOf, WEIGHTS } from '@/domain/inspection';
import { Icon } from '@/ui/icons';
import { useLocale } from '@/ui/locale';
import { Status, Title } from '@/ui/parts';
import { Scanned } from '@/ui/Scanned';
import { VERDICT_LOOK } from '@/ui/verdict';
import type { Inspected } from './codes';
import styles from './pay.module.css';
import { headlineOf, kindOf } from './scanned';

const REASONS_SHOWN = 4;
const STATUS = { good: 'good', warn: 'waiting', bad: 'bad', plain: 'quiet' } as const;

/** One plain answer on anything that is no payment of this wallet. Nothing in it can be opened. */
export function InspectedCard({ found, onAgain }: { found: Inspected; onAgain: () => void }) {
  const { t } = useTranslation('pay');
  const { text, inspection } = found;
  const words = useCodeWords(useLocale());
  const kind = kindOf(inspection);
  const { icon, tone } = VERDICT_LOOK[inspection.verdict];
  const { network, fields } = inspection;
  const ordered = { ...inspection, findings: byWeight(inspection.findings) };
  const telling = ordered.findings.filter(
    (finding) => WEIGHTS.indexOf(weightOf(finding)) >= WEIGHTS.indexOf('warns') || kind !== 'foreign',
  );
  const name = fields.merchant_name ?? fields.pn;
  return (
    <div className={styles.verdict} data-tone={tone}>
      <span className={styles.seal}>
        <Icon name={icon} size={44} />
      </span>
      <Status tone={STATUS[tone]}>
        {t(`scanned.kinds.${kind}.name`)}
        {kind === 'foreign' && network != null && network !== 'EMVCo' && ` · ${network}`}
      </Status>
      <div role="alert" className={styles.answer}>
        <Title>{t(`scanned.headlines.${headlineOf(kind, inspection.verdict)}`)}</Title>
        <p>{t(`scanned.kinds.${kind}.body`)}</p>
      </div>
      {name != null && <p className="quiet">{t('verdict.unsigned.name', { name })}</p>}
      <section className={styles.scannedText} aria-label={t('scanned.text')}>
        <Scanned
          text={text}
          findings={ordered.findings}
          spans={spansOf(text, ordered)}
          foreign={inspection.scheme === 'link'}
        />
      </section>
      {telling.length > 0 && (
        <ul className={styles.reasons} aria-label={t('scanned.why')}>
          {telling.slice(0, REASONS_SHOWN).map((finding, index) => (
            <li key={index} data-weight={weightOf(finding)}>
              {words.finding(finding.code)}
            </li>
          ))}
        </ul>
      )}
      <div className={styles.buttons}>
        <Button size="lg" fullWidth onClick={onAgain}>
          {t('scan.again')}
        </Button>
        <Button
          size="md"
          variant="subtle"
          fullWidth
          renderRoot={(props) => (
            <Link to="/tools/qr" state={(before) => ({ ...before, scanned: text })} {...props} />
          )}
        >
          {t('scanned.everything')}
        </Button>
      </div>
    </div>
  );
}
