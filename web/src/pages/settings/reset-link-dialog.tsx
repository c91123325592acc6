import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { MemberAnswer } from '#contract/members.ts';
import { api } from '../../api/client.ts';
import { formatDayTime } from '../../format/times.ts';
import { FormFailure } from './field-failure.tsx';
import { useGuard } from './password-again.tsx';
import classes from './settings.module.css';
import { ShownOnce } from './shown-once.tsx';

interface ResetLinkDialogProps {
  readonly member: MemberAnswer;
  readonly onClose: () => void;
}

/** Makes a link by which somebody sets a new password. */
export function ResetLinkDialog({ member, onClose }: ResetLinkDialogProps) {
  const guard = useGuard();
  const make = useMutation({
    mutationFn: () => guard(() => api.post('/members/{member}/reset-link', { params: { member: member.id } })),
  });
  const link = make.data;
  return (
    <Modal
      opened
      onClose={onClose}
      title={`A new password for ${member.name}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <div className={classes.form}>
        {link === undefined ? (
          <>
            <p className={classes.text}>
              This makes a link that works once and for an hour. Whoever opens it chooses a new password for{' '}
              {member.email} and every session of that account ends: pass it on to nobody else. It voids one made
              before.
            </p>
            <FormFailure error={make.error} />
            <div className={classes.formActions}>
              <Button loading={make.isPending} data-autofocus onClick={() => make.mutate()}>
                Make the link
              </Button>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
            </div>
          </>
        ) : (
          <>
            <p className={classes.text}>
              Pass this on to {member.email}. It is shown this once and good until{' '}
              {formatDayTime(Date.parse(link.expiresAt))}.
            </p>
            <ShownOnce label="Link" value={link.url} />
            <div className={classes.formActions}>
              <Button onClick={onClose}>Done</Button>
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}
