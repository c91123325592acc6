import { Button, Modal, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, type FormEvent, type ReactNode, use, useCallback, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import { api } from '../../api/client.ts';
import { sessionQuery } from '../../api/session.ts';
import { FormFailure, failureAt } from './field-failure.tsx';
import classes from './settings.module.css';

type Guard = <Answer>(act: () => Promise<Answer>) => Promise<Answer>;

const GuardContext = createContext<Guard>((act) => act());

/** Runs a command; when the server wants the password again it is asked for, and the command runs once more. */
export function useGuard(): Guard {
  return use(GuardContext);
}

/** Asks for the password when a command inside needs it. */
export function PasswordAgain({ children }: { readonly children: ReactNode }) {
  const [answer, setAnswer] = useState<(confirmed: boolean) => void>();
  const guard = useCallback<Guard>(async (act) => {
    try {
      return await act();
    } catch (failure) {
      if (!(failure instanceof ApiFailure) || failure.code !== 'reauthentication-needed') throw failure;
      const confirmed = await new Promise<boolean>((resolve) => setAnswer(() => resolve));
      setAnswer(undefined);
      if (!confirmed) throw failure;
      return act();
    }
  }, []);
  return (
    <GuardContext value={guard}>
      {children}
      {answer === undefined ? null : <PasswordDialog onDone={answer} />}
    </GuardContext>
  );
}

function PasswordDialog({ onDone }: { readonly onDone: (confirmed: boolean) => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const confirm = useMutation({
    mutationFn: () => api.post('/session/password', { body: { password } }),
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      // It is a new session, in place of the one before.
      void client.invalidateQueries({ queryKey: ['sessions'] });
      onDone(true);
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!confirm.isPending) confirm.mutate();
  }

  return (
    <Modal
      opened
      onClose={() => onDone(false)}
      title="Your password again"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      <form className={classes.form} onSubmit={submit} noValidate>
        <p className={classes.text}>What only owners do needs a sign-in of the last 12 hours.</p>
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          data-autofocus
          value={password}
          error={failureAt(confirm.error, 'password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <FormFailure error={confirm.error} fields={['password']} />
        <div className={classes.formActions}>
          <Button type="submit" loading={confirm.isPending}>
            Go on
          </Button>
          <Button variant="default" onClick={() => onDone(false)}>
            Cancel
          </Button>
        </div>
      </form>
    </Modal>
  );
}
