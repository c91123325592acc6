import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './confirm-dialog.module.css';
import { describeFailure } from './states.tsx';

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
  const failure = error === null || error === undefined ? undefined : describeFailure(error);
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <div className={classes.body}>
        <div className={classes.text}>{children}</div>
        {failure === undefined ? null : (
          <p className={classes.problem} role="alert">
            {failure.message} {failure.hint}
          </p>
        )}
        <div className={classes.actions}>
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
