import { Link } from '@tanstack/react-router';
import { useOverview } from '../../api/overview.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import classes from './settings.module.css';
import { useChannels } from './use-channels.ts';
import { useMembers } from './use-members.ts';
import { PlanChoice, type SettingsPlan } from './use-settings-plan.tsx';

interface PlanPeopleProps {
  readonly plan: SettingsPlan;
  readonly chosen: string;
  /** Only administrators see who has an account. */
  readonly mayAdminister: boolean;
}

/** The people of a plan: their roles, what reaches them, and whether they can sign in. */
export function PlanPeople({ plan, chosen, mayAdminister }: PlanPeopleProps) {
  const { data: overview, error, refetch } = useOverview(chosen);
  const { data: channels } = useChannels(chosen);
  const { data: members } = useMembers(mayAdminister);
  return (
    <Section title={`People of ${overview?.title ?? chosen}`} aside={<PlanChoice plan={plan} />}>
      {error !== null && overview === undefined ? (
        <ErrorState error={error} title="The people of the plan could not be loaded" onRetry={() => void refetch()} />
      ) : overview === undefined ? (
        <RowsSkeleton rows={3} height={68} />
      ) : overview.people.length === 0 ? (
        <EmptyState
          title="The plan names nobody"
          snippet={'people:\n  mia: { email: mia@tea.example }\nroles:\n  on-call: [mia]'}
        >
          Whom a plan can tell something stands in <Link to={paths.plan(chosen)}>its text</Link>:
        </EmptyState>
      ) : (
        <>
          <ul className={classes.list}>
            {overview.people.map(({ name, roles, you }) => {
              const reaching = channels?.filter(({ persons }) => persons.includes(name)).map(({ title }) => title);
              const account = members?.find(({ persons }) =>
                persons.some((one) => one.plan === chosen && one.person === name),
              );
              return (
                <li key={name} className={classes.row} data-person={name}>
                  <div className={classes.what}>
                    <span className={classes.name}>
                      {name}
                      {you === true ? <span className={classes.quiet}> you</span> : null}
                    </span>
                    <span className={classes.quiet}>{roles.length === 0 ? 'no role' : roles.join(', ')}</span>
                    <span>
                      {reaching === undefined
                        ? ' '
                        : reaching.length === 0
                          ? 'No channel reaches them'
                          : `Reached by ${reaching.join(', ')}`}
                    </span>
                  </div>
                  {members === undefined ? null : (
                    <div className={classes.rowEnd}>
                      {account === undefined ? (
                        <span className={classes.quiet}>no account</span>
                      ) : account.disabled ? (
                        <StateMark tone="none" word="account disabled" />
                      ) : (
                        <StateMark tone="good" word="has an account" />
                      )}
                    </div>
                  )}
                </li>
              );
            })}
          </ul>
          <p className={classes.quiet}>
            They stand in <Link to={paths.plan(chosen)}>the plan</Link>.{' '}
            {mayAdminister
              ? 'A person and a member are the same where the e-mail address in the plan is the one of the account.'
              : ''}
          </p>
        </>
      )}
    </Section>
  );
}
