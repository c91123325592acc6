import { Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { ErrorState } from '../../kit/states.tsx';
import { safeAfter } from '../../paths.ts';
import classes from './entry-card.module.css';
import { EntryCard } from './entry-card.tsx';
import { EntryForm } from './entry-form.tsx';

/** Signs in; on a server without an owner it says how to become one. */
export function SignInPage() {
  const { searchStr } = useLocation();
  const after = safeAfter(new URLSearchParams(searchStr).get('after'));
  const { data, error, refetch } = useQuery({
    queryKey: ['sign-in-state'],
    queryFn: ({ signal }) => api.get('/sign-in', { signal }),
  });
  if (error !== null) {
    return (
      <EntryCard title="Sign in">
        <ErrorState error={error} title="Watchbill could not be reached" onRetry={() => void refetch()} />
      </EntryCard>
    );
  }
  if (data?.setUpNeeded === true) {
    return (
      <EntryCard title="No owner yet">
        <p className={classes.text}>
          Open the set-up link that Watchbill printed in its terminal when it started. Whoever has it becomes the owner,
          so it works once. To print another, start it again:
        </p>
        <Code block>npm start</Code>
      </EntryCard>
    );
  }
  return (
    <EntryCard title="Sign in">
      <EntryForm
        fields={[
          { name: 'email', label: 'E-mail address', autoComplete: 'username' },
          { name: 'password', label: 'Password', autoComplete: 'current-password' },
        ]}
        submit="Sign in"
        send={({ email, password }) => api.post('/sign-in', { body: { email, password } })}
        after={after}
      />
    </EntryCard>
  );
}
