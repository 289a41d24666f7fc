import styles from './limits.module.css';

/** How much of a limit is used. The numbers stand beside it. */
export const Bar = ({ share, label }: { share: number; label: string }) => (
  <meter
    className={styles.bar}
    data-late={share >= 0.9 ? '' : undefined}
    min={0}
    max={1}
    value={share}
    aria-label={label}
  />
);
