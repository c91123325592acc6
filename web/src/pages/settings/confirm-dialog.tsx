import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { FormFailure } from './field-failure.tsx';
import classes from './settings.module.css';

interface ConfirmDialogProps {
  readonly title: string;
  /** What it means, before it is done. */
  readonly children: ReactNode;
  /** What the button says: the verb, "Remove Ben". */
  readonly confirm: string;
  readonly pending: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ title, children, confirm, pending, error, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <div className={classes.form}>
        <div className={classes.text}>{children}</div>
        <FormFailure error={error} />
        <div className={classes.formActions}>
          <Button loading={pending} onClick={onConfirm}>
            {confirm}
          </Button>
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}
