import { Button } from '@mantine/core';
import type { SessionAnswer } from '#contract/session.ts';
import { useSignOut } from '../../api/session.ts';
import { Section } from '../../kit/page.tsx';
import { levelText, ownLevelWords } from './level-words.ts';
import { PasswordForm } from './password-form.tsx';
import { SessionList } from './session-list.tsx';
import classes from './settings.module.css';

/** The own account. */
export function YouSection({ session }: { readonly session: SessionAnswer }) {
  const signOut = useSignOut();
  const signedIn = session.kind === 'session';
  return (
    <div className={classes.columns}>
      <div className={classes.stack}>
        <Section
          title="Account"
          aside={
            signedIn ? (
              <Button size="xs" variant="default" className={classes.tap} onClick={() => signOut.mutate()}>
                Sign out
              </Button>
            ) : undefined
          }
        >
          <dl className={classes.facts}>
            <dt>Name</dt>
            <dd>{session.name}</dd>
            {session.email === undefined ? null : (
              <>
                <dt>E-mail</dt>
                <dd>{session.email}</dd>
              </>
            )}
            <dt>Level</dt>
            <dd>
              {levelText(session)}
              <span className={classes.quiet}> {ownLevelWords(session)}</span>
            </dd>
            {signedIn ? null : (
              <>
                <dt>By</dt>
                <dd>
                  {session.kind === 'token' ? 'a token of the API' : 'the admin token of the data folder'}; it has no
                  password and no sessions
                </dd>
              </>
            )}
          </dl>
        </Section>
        {signedIn ? <SessionList /> : null}
      </div>
      {signedIn ? (
        <Section title="Password">
          <PasswordForm email={session.email} />
        </Section>
      ) : null}
    </div>
  );
}
