import { Button, Modal, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Level } from '#contract/access.ts';
import { ApiFailure } from '#contract/client.ts';
import type { MemberAnswer } from '#contract/members.ts';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import type { SessionAnswer } from '#contract/session.ts';
import { api } from '../../api/client.ts';
import { sessionQuery } from '../../api/session.ts';
import { FormFailure } from './field-failure.tsx';
import { levelChoices, levelSentence, levelsToGive } from './level-words.ts';
import { useGuard } from './password-again.tsx';
import classes from './settings.module.css';

interface MemberDialogProps {
  readonly member: MemberAnswer;
  readonly isYou: boolean;
  readonly isLastOwner: boolean;
  readonly session: SessionAnswer;
  readonly plans: readonly PlanSummaryAnswer[];
  readonly onClose: () => void;
}

/** Sets what somebody may do: on the server, on single plans, and whether they may sign in at all. */
export function MemberDialog({ member, isYou, isLastOwner, session, plans, onClose }: MemberDialogProps) {
  const client = useQueryClient();
  const guard = useGuard();
  const [serverLevel, setServerLevel] = useState<Level | undefined>(member.serverLevel);
  const [planLevels, setPlanLevels] = useState<Readonly<Record<string, Level>>>(member.planLevels);
  const [disabled, setDisabled] = useState(member.disabled);
  const change = useMutation({
    mutationFn: () =>
      guard(() =>
        api.put('/members/{member}', {
          params: { member: member.id },
          body: {
            expectedVersion: member.version,
            ...(serverLevel === undefined ? {} : { serverLevel }),
            planLevels: { ...planLevels },
            disabled,
          },
        }),
      ),
    onSuccess: async () => {
      onClose();
      if (isYou) await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['members'] }),
  });
  const conflict = change.error instanceof ApiFailure && change.error.code === 'version-conflict';
  const choices = levelChoices(levelsToGive(session.serverLevel));
  // Also of plans that do not run any more: what somebody has is shown.
  const names = [...new Set([...plans.map(({ plan }) => plan), ...Object.keys(member.planLevels)])].sort();

  function setPlanLevel(plan: string, value: string): void {
    setPlanLevels((before) => {
      const { [plan]: _, ...others } = before;
      return value === '' ? others : { ...others, [plan]: value as Level };
    });
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={`${member.name}, ${member.email}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <form className={classes.form} onSubmit={submit} noValidate>
        {isLastOwner ? (
          <p className={classes.text}>
            The last owner of this server: make somebody else an owner first, then this one can be lowered or disabled.
          </p>
        ) : (
          <NativeSelect
            label="On the whole server"
            description={levelSentence(serverLevel)}
            data={[{ value: '', label: 'nothing: only on single plans' }, ...choices]}
            value={serverLevel ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setServerLevel(value === '' ? undefined : (value as Level));
            }}
          />
        )}
        {names.map((plan) => (
          <NativeSelect
            key={plan}
            label={`On the plan ${plan}`}
            description={levelSentence(planLevels[plan])}
            data={[{ value: '', label: 'as on the server' }, ...choices]}
            value={planLevels[plan] ?? ''}
            onChange={(event) => setPlanLevel(plan, event.currentTarget.value)}
          />
        ))}
        {names.length === 0 ? null : (
          <p className={classes.quiet}>On a plan the higher of the two levels counts. A change counts at once.</p>
        )}
        {isLastOwner ? null : (
          <label className={classes.check}>
            <input
              type="checkbox"
              checked={!disabled}
              onChange={(event) => setDisabled(!event.currentTarget.checked)}
            />
            <span>
              May sign in
              <span className={classes.quiet}>{disabled ? disabledWords(isYou, member.disabled) : ' '}</span>
            </span>
          </label>
        )}
        <FormFailure error={change.error} />
        <div className={classes.formActions}>
          {conflict ? (
            <Button variant="default" onClick={onClose}>
              Look again
            </Button>
          ) : (
            <Button type="submit" loading={change.isPending}>
              Save
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function disabledWords(isYou: boolean, isAlready: boolean): string {
  if (isAlready) return 'They are not let in, and their tokens are refused.';
  return isYou
    ? 'You are signed out at once, and your tokens are refused.'
    : 'Their sessions end at once, and their tokens are refused.';
}
