import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Level } from '#contract/access.ts';
import type { SessionAnswer } from '#contract/session.ts';
import { api } from '../../api/client.ts';
import { plansQuery } from '../../api/overview.ts';
import { FormFailure, failureAt } from './field-failure.tsx';
import { levelChoices, levelSentence, levelsToGive } from './level-words.ts';
import { useGuard } from './password-again.tsx';
import classes from './settings.module.css';
import { ShownOnce } from './shown-once.tsx';
import { curlLine, tokenLives } from './token-words.ts';

interface TokenDialogProps {
  readonly session: SessionAnswer;
  readonly onClose: () => void;
}

/** Makes a token: it is shown this once, with a line that works. */
export function TokenDialog({ session, onClose }: TokenDialogProps) {
  const client = useQueryClient();
  const guard = useGuard();
  const { data: plans = [] } = useQuery(plansQuery);
  const [name, setName] = useState('');
  const [level, setLevel] = useState<Level>('viewer');
  const [plan, setPlan] = useState('');
  const [life, setLife] = useState('90');
  const make = useMutation({
    mutationFn: () => {
      const expiresInMs = tokenLives.find(({ value }) => value === life)?.ms;
      return guard(() =>
        api.post('/tokens', {
          body: {
            name: name.trim(),
            level,
            ...(plan === '' ? {} : { plan }),
            ...(expiresInMs === undefined ? {} : { expiresInMs }),
          },
        }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  const made = make.data;
  const nameFailure = failureAt(make.error, 'name');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!make.isPending) make.mutate();
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={made === undefined ? 'Make a token' : `The token ${name.trim()}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
      {made === undefined ? (
        <form className={classes.form} onSubmit={submit} noValidate>
          <TextInput
            label="Name"
            description="Of the program that uses it: its entries in the audit log stand under this name."
            placeholder="release pipeline"
            autoComplete="off"
            data-autofocus
            maxLength={100}
            value={name}
            error={nameFailure === undefined ? undefined : name.trim() === '' ? 'Give it a name.' : nameFailure}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            label="Level"
            description={`${levelSentence(level)} Never more than you may yourself, also later.`}
            data={[...levelChoices(levelsToGive(session.serverLevel))]}
            value={level}
            error={failureAt(make.error, 'level')}
            onChange={(event) => setLevel(event.currentTarget.value as Level)}
          />
          <NativeSelect
            label="Where"
            data={[
              { value: '', label: 'The whole server, every plan' },
              ...plans.map((summary) => ({ value: summary.plan, label: `Only the plan ${summary.title}` })),
            ]}
            value={plan}
            error={plan === '' ? undefined : failureAt(make.error, plan)}
            onChange={(event) => setPlan(event.currentTarget.value)}
          />
          <NativeSelect
            label="Good for"
            data={tokenLives.map(({ value, label }) => ({ value, label }))}
            value={life}
            error={failureAt(make.error, 'expiresInMs')}
            onChange={(event) => setLife(event.currentTarget.value)}
          />
          <FormFailure error={make.error} fields={['name', 'level', 'expiresInMs', ...(plan === '' ? [] : [plan])]} />
          <div className={classes.formActions}>
            <Button type="submit" loading={make.isPending}>
              Make it
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </div>
        </form>
      ) : (
        <div className={classes.form}>
          <p className={classes.text}>It is shown this once: put it where the program keeps its secrets.</p>
          <ShownOnce label="Token" value={made.token} />
          <p className={classes.text}>To try it:</p>
          <ShownOnce label="Line" value={curlLine(location.origin, made.token, plan === '' ? undefined : plan)} />
          <div className={classes.formActions}>
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
