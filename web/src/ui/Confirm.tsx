/** A question over the page, asked by the browser's own dialog: the focus stays inside, Escape says no. */

import { Button } from '@mantine/core';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './ui.module.css';

export interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** A sheet at the foot of a phone, a card in the middle of a desk. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

export interface ConfirmProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button does, in a word. */
  readonly act: string;
  /** What the other button says where `cancel` could be taken for the act. */
  readonly keep?: string;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  /** `calm` for what takes nothing away. */
  readonly tone?: 'danger' | 'calm';
}

export function Confirm(props: ConfirmProps) {
  const { title, children, act, keep, busy, onConfirm, onCancel, tone = 'danger' } = props;
  const { t } = useTranslation('common');
  return (
    <Dialog title={title} onClose={onCancel}>
      <div className={styles.dialogBody}>{children}</div>
      <div className={styles.dialogActs}>
        <Button
          size="lg"
          loading={busy}
          classNames={{ root: tone === 'danger' ? (styles.danger ?? '') : '' }}
          onClick={onConfirm}
        >
          {act}
        </Button>
        <Button size="lg" variant="default" disabled={busy} onClick={onCancel}>
          {keep ?? t('cancel')}
        </Button>
      </div>
    </Dialog>
  );
}
