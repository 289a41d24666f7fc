import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCodeWords } from '@/api/inspection';
import {
  byWeight,
  charsOf,
  spansOf,
  weightOf,
  type FindingView,
  type Inspection,
  type Span,
} from '@/domain/inspection';
import { Icon } from '@/ui/icons';
import { useLocale } from '@/ui/locale';
import { Card, Fact, Facts, Stack } from '@/ui/parts';
import { Scanned } from '@/ui/Scanned';
import { VERDICT_LOOK } from '@/ui/verdict';
import { Fields } from './Fields';
import styles from './tools.module.css';
import { Tree } from './Tree';
import type { en } from './texts.en';

/** Everything there is to say about one text, the most important first. */
export function Report({ text, inspection: given }: { text: string; inspection: Inspection }) {
  const inspection = { ...given, findings: byWeight(given.findings) };
  const spans = spansOf(text, inspection);
  const [active, setActive] = useState<number>();
  const { t } = useTranslation('tools');
  return (
    <Stack gap={18}>
      <Verdict inspection={inspection} />
      <About text={text} inspection={inspection} />
      <Card labelledBy="text-title">
        <Stack gap={10}>
          <div>
            <h2 id="text-title">{t('text.title')}</h2>
            <p className="quiet">{t('text.help')}</p>
          </div>
          <div className={styles.text}>
            <Scanned
              text={text}
              findings={inspection.findings}
              spans={spans}
              active={active}
              foreign={inspection.scheme === 'link'}
              numbered
            />
          </div>
          <Findings findings={inspection.findings} spans={spans} active={active} onShow={setActive} />
        </Stack>
      </Card>
      <Fields inspection={inspection} />
      <Tree inspection={inspection} />
    </Stack>
  );
}

function Verdict({ inspection: { verdict, reasons } }: { inspection: Inspection }) {
  const { t } = useTranslation('tools');
  const words = useCodeWords(useLocale());
  const { icon, tone } = VERDICT_LOOK[verdict];
  return (
    <section className={styles.verdict} data-tone={tone} aria-labelledby="verdict-title">
      <span className={styles.seal}>
        <Icon name={icon} size={32} />
      </span>
      <div>
        <h2 id="verdict-title">{t(`verdict.${verdict}.title`)}</h2>
        <p>{t(`verdict.${verdict}.body`)}</p>
        {reasons.map((reason) => (
          <p key={reason} className={styles.reason}>
            {words.reason(reason)} <span className="mono">{reason}</span>
          </p>
        ))}
      </div>
    </section>
  );
}

type NetworkName = keyof typeof en.networks;

function About({ text, inspection }: { text: string; inspection: Inspection }) {
  const { t } = useTranslation('tools');
  const { network, scheme, valid, revocation_age_seconds: age } = inspection;
  const names: Readonly<Record<string, string>> = t('networks', { returnObjects: true });
  return (
    <Card labelledBy="about-title">
      <h2 id="about-title">{t('about.title')}</h2>
      <Facts>
        <Fact name={t('about.kind')}>{t(`scheme.${scheme}`)}</Fact>
        {scheme !== 'unknown' && scheme !== 'link' && (
          <Fact name={t('about.network')}>
            {network == null ? t('about.noNetwork') : (names[network as NetworkName] ?? network)}
          </Fact>
        )}
        <Fact name={t('about.valid')}>{valid ? t('about.yes') : t('about.no')}</Fact>
        <Fact name={t('about.characters')}>{t('about.charactersValue', { count: charsOf(text) })}</Fact>
        {age != null && (
          <Fact name={t('about.age')}>{t('about.ageValue', { count: Math.ceil(age / 60) })}</Fact>
        )}
      </Facts>
    </Card>
  );
}

interface FindingsProps {
  readonly findings: readonly FindingView[];
  readonly spans: readonly Span[];
  readonly active: number | undefined;
  readonly onShow: (index: number | undefined) => void;
}

function Findings({ findings, spans, active, onShow }: FindingsProps) {
  const { t } = useTranslation('tools');
  const words = useCodeWords(useLocale());
  return (
    <section aria-labelledby="findings-title">
      <h3 id="findings-title" className={styles.findingsTitle}>
        {t('findings.title')}
      </h3>
      {findings.length === 0 && <p className="quiet">{t('findings.none')}</p>}
      <ol className={styles.findings}>
        {findings.map((finding, index) => (
          <li key={index} data-weight={weightOf(finding)}>
            <button
              type="button"
              className={styles.finding}
              aria-pressed={active === index}
              onClick={() => onShow(active === index ? undefined : index)}
            >
              <span className={styles.findingNumber} aria-hidden="true">
                {index + 1}
              </span>
              <span>
                <strong>{words.finding(finding.code)}</strong>
                <span className={styles.findingPlace}>
                  {t(`weights.${weightOf(finding)}`)}
                  {' · '}
                  <Where span={spans[index]} />
                  {finding.bakong_error_code != null && (
                    <>
                      {' · '}
                      {t('findings.bakong', { number: finding.bakong_error_code })}
                    </>
                  )}
                </span>
                <span className="mono quiet">{finding.code}</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** People count from one. */
function Where({ span }: { span: Span | undefined }) {
  const { t } = useTranslation('tools');
  if (!span || span.start === span.end) return <>{t('findings.end')}</>;
  return span.end - span.start === 1 ? (
    <>{t('findings.at', { from: span.start + 1 })}</>
  ) : (
    <>{t('findings.range', { from: span.start + 1, to: span.end })}</>
  );
}
