import { Button } from '@mantine/core';
import { useState } from 'react';
import type { SessionAnswer } from '#contract/session.ts';
import { useMay } from '../../api/session.ts';
import { plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { InvitationList } from './invitation-list.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { isLastOwner, mayChange } from './level-words.ts';
import { MemberRow } from './member-row.tsx';
import { PlanPeople } from './plan-people.tsx';
import classes from './settings.module.css';
import { useMembers } from './use-members.ts';
import type { SettingsPlan } from './use-settings-plan.tsx';

interface PeopleSectionProps {
  readonly session: SessionAnswer;
  readonly plan: SettingsPlan;
}

/** Who may sign in, and beside it the people whom a plan names: they are told things whether they sign in or not. */
export function PeopleSection({ session, plan }: PeopleSectionProps) {
  const mayAdminister = useMay('administer');
  return (
    <div className={classes.columns}>
      {mayAdminister ? <Members session={session} plan={plan} /> : null}
      {plan.chosen === undefined ? null : <PlanPeople plan={plan} chosen={plan.chosen} mayAdminister={mayAdminister} />}
    </div>
  );
}

function Members({ session, plan }: PeopleSectionProps) {
  const { data, error, refetch } = useMembers(true);
  const [inviting, setInviting] = useState(false);
  return (
    <div className={classes.stack}>
      <Section title="Members" aside={data === undefined ? undefined : plural(data.length, 'member')}>
        <div className={classes.bar}>
          <Button size="sm" onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
          <span className={classes.quiet}>They get a link that works once; it is yours to pass on.</span>
        </div>
        {error !== null && data === undefined ? (
          <ErrorState error={error} title="The members could not be loaded" onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <RowsSkeleton rows={3} height={68} />
        ) : (
          <ul className={classes.list}>
            {data.map((member) => (
              <MemberRow
                key={member.id}
                member={member}
                isYou={member.id === session.userId}
                isLastOwner={isLastOwner(member, data)}
                mayChange={mayChange(session.serverLevel, member)}
                session={session}
                plans={plan.all}
              />
            ))}
          </ul>
        )}
      </Section>
      <InvitationList session={session} />
      {inviting ? <InviteDialog session={session} plans={plan.all} onClose={() => setInviting(false)} /> : null}
    </div>
  );
}
