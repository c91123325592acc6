import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { KeyAnswer } from '#contract/keys.ts';
import { api } from '../../api/client.ts';
import { CopyButton } from '../../kit/copy-button.tsx';
import { describeFailure, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';

/** When a key was used last is told by intake once a minute. */
const LAST_USE_EVERY_MS = 15_000;

interface KeysProps {
  readonly plan: string;
  /** A key that was just made: this is the only time that it is known. */
  readonly made: string | undefined;
  readonly onMade: (key: string | undefined) => void;
}

/** The plan's keys: makes one, shows it once, and revokes. */
export function Keys({ plan, made, onMade }: KeysProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['keys', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/keys', { params: { plan }, signal }),
    refetchInterval: LAST_USE_EVERY_MS,
  });
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: (wanted: string) => api.post('/plans/{plan}/keys', { params: { plan }, body: { name: wanted } }),
    onSuccess: ({ key }) => {
      onMade(key);
      setName('');
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['keys', plan] }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') create.mutate(name.trim());
  };
  const valid = data?.filter(({ revokedAt }) => revokedAt === undefined);
  return (
    <div className={classes.keys}>
      <form className={classes.keyForm} onSubmit={submit}>
        <TextInput
          label="Name of a new key"
          description="Say who sends with it, such as “web shop”."
          placeholder="web shop"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
          Make key
        </Button>
      </form>
      {create.error === null ? null : (
        <p className={classes.problem} role="alert">
          {describeFailure(create.error).message} {describeFailure(create.error).hint}
        </p>
      )}
      {made === undefined ? null : (
        <div className={classes.once} role="status">
          <p className={classes.onceText}>The key is shown this once. Copy it now; it is in the snippet below too.</p>
          <code className={classes.onceKey} data-once="">
            {made}
          </code>
          <CopyButton what="Key" value={made} />
        </div>
      )}
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The keys could not be loaded" onRetry={() => void refetch()} />
      ) : valid === undefined ? (
        <RowsSkeleton rows={1} />
      ) : valid.length === 0 ? (
        <p className={classes.quiet}>There is no key yet: nothing can be sent.</p>
      ) : (
        <ul className={classes.list}>
          {valid.map((key) => (
            <KeyRow key={key.id} plan={plan} of={key} onRevoked={() => onMade(undefined)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function KeyRow({
  plan,
  of,
  onRevoked,
}: {
  readonly plan: string;
  readonly of: KeyAnswer;
  readonly onRevoked: () => void;
}) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => api.delete('/plans/{plan}/keys/{id}', { params: { plan, id: of.id } }),
    onSuccess: onRevoked,
    onSettled: () => client.invalidateQueries({ queryKey: ['keys', plan] }),
  });
  return (
    <li className={classes.key} data-key={of.id}>
      <div className={classes.words}>
        <span className={classes.name}>{of.name}</span>
        <span className={classes.quiet}>
          {of.id} · made <TimeText at={of.createdAt} /> ·{' '}
          {of.lastUsedAt === undefined ? (
            'never used'
          ) : (
            <>
              last used <TimeText at={of.lastUsedAt} show="age" />
            </>
          )}
        </span>
        {revoke.error === null ? null : (
          <span className={classes.problem} role="alert">
            {describeFailure(revoke.error).message}
          </span>
        )}
      </div>
      {asking ? (
        <div className={classes.ask}>
          <span className={classes.quiet}>Who sends with it is refused within seconds, for good.</span>
          <Button size="sm" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke {of.name}
          </Button>
          <Button size="sm" variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
        </div>
      ) : (
        <Button size="sm" variant="default" onClick={() => setAsking(true)}>
          Revoke<span className="wb-spoken"> the key {of.name}</span>
        </Button>
      )}
    </li>
  );
}
