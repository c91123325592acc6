import { Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { paths } from '../../paths.ts';
import classes from './entry-card.module.css';
import { EntryCard } from './entry-card.tsx';
import { EntryForm } from './entry-form.tsx';
import { useLinkToken } from './link-token.ts';
import { PASSWORD_ADVICE } from './password-advice.ts';

/** Makes the first owner, with the link that was printed at the first start. */
export function SetUpPage() {
  const token = useLinkToken();
  if (token === undefined) {
    return (
      <EntryCard title="Set up Watchbill">
        <p className={classes.text}>
          This address needs the token behind it. Open the whole link that Watchbill printed in its terminal when it
          started; to print another, start it again:
        </p>
        <Code block>npm start</Code>
        <p className={classes.text}>
          There is an owner already? <Link to={paths.signIn()}>Sign in</Link>
        </p>
      </EntryCard>
    );
  }
  return (
    <EntryCard title="Set up Watchbill">
      <p className={classes.text}>You become the owner of this server: you may do everything, and invite others.</p>
      <EntryForm
        fields={[
          { name: 'name', label: 'Your name', autoComplete: 'name' },
          { name: 'email', label: 'E-mail address', autoComplete: 'username' },
          {
            name: 'password',
            label: 'Password',
            description: PASSWORD_ADVICE,
            autoComplete: 'new-password',
          },
        ]}
        submit="Become the owner"
        send={(values) => api.post('/set-up', { body: { token, ...values } })}
        after={paths.home()}
      />
    </EntryCard>
  );
}
