import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Level } from '#contract/access.ts';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import type { SessionAnswer } from '#contract/session.ts';
import { api } from '../../api/client.ts';
import { formatDayTime } from '../../format/times.ts';
import { FormFailure, failureAt } from './field-failure.tsx';
import { levelChoices, levelSentence, levelsToGive } from './level-words.ts';
import { useGuard } from './password-again.tsx';
import classes from './settings.module.css';
import { ShownOnce } from './shown-once.tsx';

interface InviteDialogProps {
  readonly session: SessionAnswer;
  readonly plans: readonly PlanSummaryAnswer[];
  readonly onClose: () => void;
}

/** Invites somebody: the answer is a link, shown this once. */
export function InviteDialog({ session, plans, onClose }: InviteDialogProps) {
  const client = useQueryClient();
  const guard = useGuard();
  const [email, setEmail] = useState('');
  const [level, setLevel] = useState<Level>('responder');
  const [plan, setPlan] = useState('');
  const invite = useMutation({
    mutationFn: () =>
      guard(() => api.post('/invitations', { body: { email: email.trim(), level, ...(plan === '' ? {} : { plan }) } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  const link = invite.data;

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!invite.isPending) invite.mutate();
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={link === undefined ? 'Invite somebody' : 'Pass on this link'}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      {link === undefined ? (
        <form className={classes.form} onSubmit={submit} noValidate>
          <TextInput
            label="E-mail address"
            description="They sign in with it. Where a plan has the same address, they are that person."
            type="email"
            autoComplete="off"
            data-autofocus
            value={email}
            error={failureAt(invite.error, 'email')}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <NativeSelect
            label="Where"
            data={[
              { value: '', label: 'The whole server, every plan' },
              ...plans.map((summary) => ({ value: summary.plan, label: `Only the plan ${summary.title}` })),
            ]}
            value={plan}
            error={plan === '' ? undefined : failureAt(invite.error, plan)}
            onChange={(event) => setPlan(event.currentTarget.value)}
          />
          <NativeSelect
            label="Level"
            description={levelSentence(level)}
            data={[...levelChoices(levelsToGive(session.serverLevel))]}
            value={level}
            error={failureAt(invite.error, 'level')}
            onChange={(event) => setLevel(event.currentTarget.value as Level)}
          />
          <FormFailure error={invite.error} fields={['email', 'level', ...(plan === '' ? [] : [plan])]} />
          <div className={classes.formActions}>
            <Button type="submit" loading={invite.isPending}>
              Make the link
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </div>
        </form>
      ) : (
        <div className={classes.form}>
          <p className={classes.text}>
            Watchbill sends nothing itself: pass this on to {link.email}. It is shown this once, works once, and is good
            until {formatDayTime(Date.parse(link.expiresAt))}.
          </p>
          <ShownOnce label="Link" value={link.url} />
          <div className={classes.formActions}>
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
