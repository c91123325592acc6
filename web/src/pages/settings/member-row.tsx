import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import type { MemberAnswer } from '#contract/members.ts';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import type { SessionAnswer } from '#contract/session.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { levelText } from './level-words.ts';
import { MemberDialog } from './member-dialog.tsx';
import { RemoveMember } from './remove-member.tsx';
import { ResetLinkDialog } from './reset-link-dialog.tsx';
import classes from './settings.module.css';

interface MemberRowProps {
  readonly member: MemberAnswer;
  readonly isYou: boolean;
  /** The only one who can sign in as an owner: they stay as they are. */
  readonly isLastOwner: boolean;
  readonly mayChange: boolean;
  readonly session: SessionAnswer;
  readonly plans: readonly PlanSummaryAnswer[];
}

/** One member: what they may do, when they were last here, and what can be done about it. */
export function MemberRow({ member, isYou, isLastOwner, mayChange, session, plans }: MemberRowProps) {
  const [opened, setOpened] = useState<'change' | 'remove' | 'reset'>();
  const close = (): void => setOpened(undefined);
  return (
    <li className={classes.row} data-member={member.email}>
      <div className={classes.what}>
        <span className={classes.name}>
          {member.name}
          {isYou ? <span className={classes.quiet}> you</span> : null}
        </span>
        <span className={classes.quiet}>{member.email}</span>
        <span>{levelText(member)}</span>
        {isLastOwner ? (
          <span className={classes.quiet}>
            The last owner: cannot be lowered, disabled or removed until somebody else is an owner.
          </span>
        ) : null}
        {mayChange ? null : <span className={classes.quiet}>Owners are changed by owners.</span>}
      </div>
      <div className={classes.rowEnd}>
        {member.disabled ? (
          <StateMark tone="none" word="disabled" />
        ) : (
          <span className={classes.quiet}>
            {member.lastSeenAt === undefined ? (
              'not seen yet'
            ) : (
              <>
                seen <TimeText at={member.lastSeenAt} show="age" />
              </>
            )}
          </span>
        )}
        {mayChange ? (
          <>
            <Button
              size="xs"
              variant="default"
              className={classes.tap}
              aria-label={`Change ${member.name}`}
              onClick={() => setOpened('change')}
            >
              Change
            </Button>
            <Menu position="bottom-end" shadow="md" withinPortal>
              <Menu.Target>
                <Button size="xs" variant="default" className={classes.tap} aria-label={`More about ${member.name}`}>
                  More
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => setOpened('reset')}>Link for a new password</Menu.Item>
                {isLastOwner ? null : <Menu.Item onClick={() => setOpened('remove')}>Remove…</Menu.Item>}
              </Menu.Dropdown>
            </Menu>
          </>
        ) : null}
      </div>
      {opened === 'change' ? (
        <MemberDialog
          member={member}
          isYou={isYou}
          isLastOwner={isLastOwner}
          session={session}
          plans={plans}
          onClose={close}
        />
      ) : null}
      {opened === 'remove' ? <RemoveMember member={member} isYou={isYou} onClose={close} /> : null}
      {opened === 'reset' ? <ResetLinkDialog member={member} onClose={close} /> : null}
    </li>
  );
}
