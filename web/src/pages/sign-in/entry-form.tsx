import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import type { SessionAnswer } from '#contract/session.ts';
import { sessionQuery } from '../../api/session.ts';
import { keepTabFor } from '../../api/tab-owner.ts';
import { useGo } from '../../kit/go.tsx';
import { describeFailure } from '../../kit/states.tsx';
import classes from './entry-card.module.css';

/** A field of a form by which somebody comes in. */
export interface EntryField {
  readonly name: 'name' | 'email' | 'password';
  readonly label: string;
  readonly description?: string;
  /** What password managers go by. */
  readonly autoComplete: string;
}

interface EntryFormProps {
  readonly fields: readonly EntryField[];
  readonly submit: string;
  /** What the fields are sent by; its answer is the new session. */
  readonly send: (values: Readonly<Record<EntryField['name'], string>>) => Promise<SessionAnswer>;
  /** Where to go then. */
  readonly after: string;
}

/** A form whose answer is a session. What the server refuses stands at its field, everything else above the button. */
export function EntryForm({ fields, submit, send, after }: EntryFormProps) {
  const client = useQueryClient();
  const go = useGo();
  const [values, setValues] = useState({ name: '', email: '', password: '' });
  const mutation = useMutation({
    mutationFn: () => send(values),
    onSuccess: (session) => {
      // Of whoever was signed in before, nothing stays.
      client.clear();
      keepTabFor(session.email ?? session.name);
      client.setQueryData(sessionQuery.queryKey, session);
      go(after, { replace: true });
    },
  });
  const failure = mutation.error;
  const at = failure instanceof ApiFailure ? failure.where : undefined;
  const errorOf = (name: string): string | undefined => (failure !== null && at === name ? failure.message : undefined);
  const elsewhere = failure !== null && !fields.some(({ name }) => name === at) ? describeFailure(failure) : undefined;

  function submitted(event: FormEvent): void {
    event.preventDefault();
    if (!mutation.isPending) mutation.mutate();
  }

  return (
    <form className={classes.form} onSubmit={submitted}>
      {fields.map(({ name, label, description, autoComplete }, index) => {
        const Input = name === 'password' ? PasswordInput : TextInput;
        return (
          <Input
            key={name}
            name={name}
            label={label}
            {...(description === undefined ? {} : { description })}
            {...(name === 'email' ? { type: 'email' } : {})}
            autoComplete={autoComplete}
            autoFocus={index === 0}
            required
            withAsterisk={false}
            size="md"
            value={values[name]}
            error={errorOf(name)}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setValues((before) => ({ ...before, [name]: value }));
            }}
          />
        );
      })}
      {elsewhere === undefined ? null : (
        <div className={classes.problem} role="alert">
          {elsewhere.message} {elsewhere.hint}
        </div>
      )}
      <Button type="submit" size="md" loading={mutation.isPending}>
        {submit}
      </Button>
    </form>
  );
}
