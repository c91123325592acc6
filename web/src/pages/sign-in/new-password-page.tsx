import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { paths } from '../../paths.ts';
import classes from './entry-card.module.css';
import { EntryCard } from './entry-card.tsx';
import { EntryForm } from './entry-form.tsx';
import { useLinkToken } from './link-token.ts';
import { PASSWORD_ADVICE } from './password-advice.ts';

/** Sets a new password by a link that an administrator made. */
export function NewPasswordPage() {
  const token = useLinkToken();
  return (
    <EntryCard title="New password">
      {token === undefined ? (
        <p className={classes.text}>
          This address needs the token behind it: open the whole link that you were sent. It is good once and for an
          hour. You know your password? <Link to={paths.signIn()}>Sign in</Link>
        </p>
      ) : (
        <>
          <p className={classes.text}>You are signed out everywhere else then.</p>
          <EntryForm
            fields={[
              { name: 'password', label: 'New password', description: PASSWORD_ADVICE, autoComplete: 'new-password' },
            ]}
            submit="Set it and sign in"
            send={({ password }) => api.post('/password-reset', { body: { token, password } })}
            after={paths.home()}
          />
        </>
      )}
    </EntryCard>
  );
}
