/** Text from a stranger, shown so that nothing in it can hide, run or rearrange the page; with findings pointed at. */

import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { weightOf, type FindingView, type Span } from '@/domain/inspection';
import { codePoint, reveal, type Part } from '@/domain/reveal';
import { Hidden } from './parts';
import styles from './scanned.module.css';

export interface ScannedProps {
  readonly text: string;
  readonly findings?: readonly FindingView[];
  /** One for each finding. */
  readonly spans?: readonly Span[];
  /** The finding pointed at now. */
  readonly active?: number | undefined;
  readonly foreign?: boolean;
  /** Whether the findings are numbered in the text, as in a list beside it. */
  readonly numbered?: boolean;
}

const NONE: readonly never[] = [];

export function Scanned({
  text,
  findings = NONE,
  spans = NONE,
  active,
  foreign = false,
  numbered = false,
}: ScannedProps) {
  const parts = reveal(text, { spans, foreign });
  return (
    // The order of the characters is the order they stand in, whatever language they pretend to be.
    <bdo dir="ltr" className={styles.scanned}>
      {parts.map((part, index) => {
        const next = parts[index + 1]?.marks ?? NONE;
        const ends = part.marks.filter((mark) => !next.includes(mark));
        const heaviest = part.marks
          .map((mark) => findings[mark])
          .flatMap((finding) => (finding ? [weightOf(finding)] : []))
          .reduce<string | undefined>((worst, weight) => worse(worst, weight), undefined);
        if (part.marks.length === 0) return <Shown key={index} part={part} />;
        return (
          <mark
            key={index}
            className={styles.mark}
            data-weight={heaviest}
            data-active={active !== undefined && part.marks.includes(active) ? '' : undefined}
          >
            <Shown part={part} />
            {numbered && ends.map((mark) => <Number key={mark} number={mark + 1} />)}
          </mark>
        );
      })}
    </bdo>
  );
}

const HEAVY = ['warns', 'refuses', 'alarms'];
const worse = (a: string | undefined, b: string): string =>
  a !== undefined && HEAVY.indexOf(a) >= HEAVY.indexOf(b) ? a : b;

function Number({ number }: { number: number }) {
  const { t } = useTranslation('common');
  return (
    <sup className={styles.number}>
      <span aria-hidden="true">{number}</span>
      <Hidden>{t('scanned.finding', { number })}</Hidden>
    </sup>
  );
}

function Shown({ part }: { part: Part }) {
  const { t } = useTranslation('common');
  switch (part.kind) {
    case 'plain':
      return <>{part.text}</>;
    case 'break':
      return (
        <Fragment>
          <span className={styles.token}>{'↵'}</span>
          {'\n'}
        </Fragment>
      );
    case 'hidden': {
      const point = codePoint(part.text);
      return (
        <span className={styles.token} title={t('scanned.hidden', { point })}>
          {point}
        </span>
      );
    }
    case 'foreign':
      return (
        <span className={styles.foreign} title={t('scanned.foreign', { point: codePoint(part.text) })}>
          {part.text}
        </span>
      );
  }
}
