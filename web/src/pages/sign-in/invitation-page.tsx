import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Level } from '#contract/access.ts';
import { api } from '../../api/client.ts';
import { formatDayTime } from '../../format/times.ts';
import { describeFailure, RowsSkeleton } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import classes from './entry-card.module.css';
import { EntryCard } from './entry-card.tsx';
import { EntryForm } from './entry-form.tsx';
import { useLinkToken } from './link-token.ts';
import { PASSWORD_ADVICE } from './password-advice.ts';

const TITLE = 'You are invited';

/** What each level lets somebody do, in a few words. */
const levelWords: Readonly<Record<Level, string>> = {
  owner: 'everything',
  admin: 'read, respond, change plans, and manage members and keys',
  editor: 'read, respond and change plans',
  responder: 'read, acknowledge and silence',
  viewer: 'read',
};

/** Makes a member of whoever was sent an invitation. */
export function InvitationPage() {
  const token = useLinkToken();
  return token === undefined ? <NoLink /> : <Invitation token={token} />;
}

function Invitation({ token }: { readonly token: string }) {
  const { data, error } = useQuery({
    queryKey: ['invitation'],
    queryFn: ({ signal }) => api.post('/invitations/open', { body: { token }, signal }),
    gcTime: 0,
  });
  if (error !== null) {
    const { message, hint } = describeFailure(error);
    return (
      <EntryCard title={TITLE}>
        <p className={classes.text}>
          {message} {hint}
        </p>
        <p className={classes.text}>
          You are a member already? <Link to={paths.signIn()}>Sign in</Link>
        </p>
      </EntryCard>
    );
  }
  if (data === undefined) {
    return (
      <EntryCard title={TITLE}>
        <RowsSkeleton rows={4} height={60} />
      </EntryCard>
    );
  }
  return (
    <EntryCard title={TITLE}>
      <p className={classes.text}>
        {data.invitedBy} invites {data.email} to {data.plan === undefined ? 'this server' : `the plan ${data.plan}`} as{' '}
        <strong>{data.level}</strong>: you may {levelWords[data.level]}. Good until{' '}
        {formatDayTime(Date.parse(data.expiresAt))}.
      </p>
      <EntryForm
        fields={[
          { name: 'name', label: 'Your name', autoComplete: 'name' },
          { name: 'password', label: 'Password', description: PASSWORD_ADVICE, autoComplete: 'new-password' },
        ]}
        submit="Join"
        send={({ name, password }) => api.post('/invitations/accept', { body: { token, name, password } })}
        after={data.plan === undefined ? paths.home() : paths.missionControl(data.plan)}
      />
    </EntryCard>
  );
}

function NoLink() {
  return (
    <EntryCard title={TITLE}>
      <p className={classes.text}>
        This address needs the token behind it: open the whole link that you were sent. It is good once and for three
        days; whoever invited you can send another.
      </p>
      <p className={classes.text}>
        You are a member already? <Link to={paths.signIn()}>Sign in</Link>
      </p>
    </EntryCard>
  );
}
