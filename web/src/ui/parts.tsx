/** The parts every page is made of: stack, card, slip, money, facts, notice, status, ring. */

import { useEffect, useRef, type ReactNode } from 'react';
import { formatNumber, unitOf, type Amount } from '@/domain/money';
import type { Tone } from '@/domain/status';
import { Icon, type IconName } from './icons';
import { useLocale } from './locale';
import styles from './ui.module.css';

export const Stack = ({ children, gap }: { children: ReactNode; gap?: number }) => (
  <div className={styles.stack} style={gap === undefined ? undefined : { gap }}>
    {children}
  </div>
);

export const Row = ({ children }: { children: ReactNode }) => <div className={styles.row}>{children}</div>;

export const Card = ({ children, labelledBy }: { children: ReactNode; labelledBy?: string }) => (
  <section className={styles.card} aria-labelledby={labelledBy}>
    {children}
  </section>
);

export const Slip = ({ children }: { children: ReactNode }) => <div className={styles.slip}>{children}</div>;

/** The page's heading. It takes the focus, so that a reader of the page hears where they are. */
export function Title({ children, lead }: { children: ReactNode; lead?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={styles.title}>
      {lead}
      <h1 ref={heading} tabIndex={-1}>
        {children}
      </h1>
    </div>
  );
}

/** An amount with its unit smaller beside it. One text for readers of the page. */
export function Money({ amount, size, sign }: { amount: Amount; size?: 'hero' | 'title'; sign?: '+' | '−' }) {
  const locale = useLocale();
  const unit = unitOf(amount.currency, locale);
  const small = size === undefined ? unit.text : <span className={styles.unit}>{unit.text}</span>;
  return (
    <span className={styles.money} data-size={size}>
      {sign}
      {unit.before && small}
      {formatNumber(amount, locale)}
      {!unit.before && small}
    </span>
  );
}

export const Facts = ({ children }: { children: ReactNode }) => <dl className={styles.facts}>{children}</dl>;

export interface FactProps {
  readonly name: string;
  readonly children: ReactNode;
  readonly strong?: boolean;
  /** A number or digest too long to stand beside its name. */
  readonly long?: boolean;
}

export const Fact = ({ name, children, strong, long }: FactProps) => (
  <div className={styles.fact} data-strong={strong ? '' : undefined} data-long={long ? '' : undefined}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const ICONS = { good: 'checkRound', warn: 'warn', bad: 'stop', plain: 'info' } as const;

export interface NoticeProps {
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly icon?: IconName;
  /** Said at once to readers of the page. */
  readonly urgent?: boolean;
}

export const Notice = ({ tone, title, children, icon, urgent = false }: NoticeProps) => (
  <div className={styles.notice} data-tone={tone} role={urgent ? 'alert' : undefined}>
    <Icon name={icon ?? ICONS[tone]} />
    <div className={styles.noticeBody}>
      <strong>{title}</strong>
      {children}
    </div>
  </div>
);

export const Status = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span className={styles.status} data-tone={tone}>
    {children}
  </span>
);

const RING = 2 * Math.PI * 20;

/** How much of the time is left, as a coin's rim that wears away. */
export function Ring({ share, late, size = 32 }: { share: number; late: boolean; size?: number }) {
  return (
    <svg
      className={styles.ring}
      data-late={late ? '' : undefined}
      width={size}
      height={size}
      viewBox="0 0 48 48"
      aria-hidden="true"
    >
      <circle className={styles.track} cx="24" cy="24" r="20" />
      <circle
        className={styles.left}
        cx="24"
        cy="24"
        r="20"
        strokeDasharray={RING}
        strokeDashoffset={RING * (1 - Math.min(1, Math.max(0, share)))}
      />
    </svg>
  );
}

export const Countdown = ({
  share,
  late,
  label,
  children,
}: {
  share: number;
  late: boolean;
  label: string;
  children: ReactNode;
}) => (
  <span className={styles.countdown} role="timer" aria-label={label}>
    <Ring share={share} late={late} />
    <span>{children}</span>
  </span>
);

export const Blank = ({ height, width }: { height: number; width?: number | string }) => (
  <span className={styles.skeleton} style={{ height, width: width ?? '100%' }} aria-hidden="true" />
);

export interface EmptyProps {
  readonly icon: IconName;
  /** A heading, where the page has no other. */
  readonly title: ReactNode;
  readonly children?: ReactNode;
}

export const Empty = ({ icon, title, children }: EmptyProps) => (
  <div className={styles.center}>
    <Icon name={icon} size={40} />
    {typeof title === 'string' ? <strong>{title}</strong> : title}
    {children}
  </div>
);

export const Hidden = ({ children }: { children: ReactNode }) => (
  <span className={styles.hidden}>{children}</span>
);

export interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly { value: T; label: string }[];
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ legend, name, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset>
      <legend className={styles.hidden}>{legend}</legend>
      <div className={styles.chips}>
        {options.map((option) => (
          <label key={option.value} className={styles.chip}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
