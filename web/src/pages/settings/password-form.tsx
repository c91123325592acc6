import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import { api } from '../../api/client.ts';
import { sessionQuery } from '../../api/session.ts';
import { PASSWORD_ADVICE } from '../sign-in/password-advice.ts';
import { FormFailure, failureAt } from './field-failure.tsx';
import classes from './settings.module.css';

const fields = ['currentPassword', 'newPassword', 'password'];

/** Changes the own password. What the server refuses stands at the field that it is about. */
export function PasswordForm({ email }: { readonly email: string | undefined }) {
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const change = useMutation({
    mutationFn: () => api.post('/password', { body: { currentPassword: current, newPassword: wanted } }),
    onSuccess: async (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      setCurrent('');
      setWanted('');
      await client.invalidateQueries({ queryKey: ['sessions'] });
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  }
  // Whoever writes again has read what was said.
  const write = (set: (text: string) => void) => (event: { readonly currentTarget: HTMLInputElement }) => {
    if (change.isSuccess || change.isError) change.reset();
    set(event.currentTarget.value);
  };

  // The server calls every new password `password` when it is too easy to guess.
  const newFailure = failureAt(change.error, 'newPassword') ?? failureAt(change.error, 'password');
  const hint = change.error instanceof ApiFailure && change.error.where === 'password' ? ` ${change.error.hint}` : '';
  return (
    <form className={classes.form} onSubmit={submit} noValidate>
      {/* For password managers: whose password it is. */}
      <input type="text" name="username" autoComplete="username" value={email ?? ''} readOnly hidden />
      <PasswordInput
        label="Your password now"
        autoComplete="current-password"
        value={current}
        error={failureAt(change.error, 'currentPassword')}
        onChange={write(setCurrent)}
      />
      <PasswordInput
        label="New password"
        description={PASSWORD_ADVICE}
        autoComplete="new-password"
        value={wanted}
        error={newFailure === undefined ? undefined : `${newFailure}${hint}`}
        onChange={write(setWanted)}
      />
      <FormFailure error={change.error} fields={fields} />
      <div className={classes.formActions}>
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </div>
      <p className={classes.quiet} role="status">
        {change.isSuccess
          ? 'Changed. You are signed out everywhere else.'
          : 'You stay signed in here; every other session ends.'}
      </p>
    </form>
  );
}
