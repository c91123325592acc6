import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { KeyAnswer } from '#contract/keys.ts';
import { type KeyKind, keyKinds, sentryDsn } from '#kernel/ingest-key.ts';
import { api } from '../../api/client.ts';
import { Chips } from '../../kit/chips.tsx';
import { CopyButton } from '../../kit/copy-button.tsx';
import { describeFailure, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';

/** When a key was used last is told by intake once a minute. */
const LAST_USE_EVERY_MS = 15_000;

/** A new key and what it is for. */
export interface MadeKey {
  readonly key: string;
  readonly kind: KeyKind;
}

const kinds: Readonly<Record<KeyKind, string>> = {
  ingest: 'Servers',
  sentry: 'Sentry SDKs',
  heartbeat: 'Jobs',
  prober: 'A prober elsewhere',
  metrics: 'Metrics of intake',
};

/** What each may do, beside the key of a sender, which is the usual one. */
const uses: Readonly<Record<string, string>> = {
  'sentry:write': 'for Sentry SDKs',
  'heartbeat:write': 'for heartbeats of jobs',
  'checks:write': 'for a prober',
  'metrics:read': 'for metrics of intake',
};

interface KeysProps {
  readonly plan: string;
  /** Where senders reach intake, for the DSN of a key for Sentry. */
  readonly url: string | undefined;
  /** A key that was just made: this is the only time that it is known. */
  readonly made: MadeKey | undefined;
  readonly onMade: (key: MadeKey | undefined) => void;
}

/** The plan's keys: makes one, shows it once, and revokes. */
export function Keys({ plan, url, made, onMade }: KeysProps) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['keys', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/keys', { params: { plan }, signal }),
    refetchInterval: LAST_USE_EVERY_MS,
  });
  const [name, setName] = useState('');
  const [kind, setKind] = useState<KeyKind>('ingest');
  const create = useMutation({
    mutationFn: (wanted: string) => api.post('/plans/{plan}/keys', { params: { plan }, body: { name: wanted, kind } }),
    onSuccess: ({ key }) => {
      onMade({ key, kind });
      setName('');
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['keys', plan] }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') create.mutate(name.trim());
  };
  const shown = made?.kind === 'sentry' && url !== undefined ? sentryDsn(url, made.key) : (made?.key ?? '');
  const valid = data?.filter(({ revokedAt }) => revokedAt === undefined);
  return (
    <div className={classes.keys}>
      <form className={classes.keyForm} onSubmit={submit}>
        <TextInput
          label="Name of a new key"
          description="Say who has it, such as “web shop”."
          placeholder="web shop"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Chips
          label="What it is for"
          chosen={kind}
          choices={keyKinds.map((value) => ({ value, name: kinds[value] }))}
          onChoose={setKind}
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
          <p className={classes.onceText}>
            The {made.kind === 'sentry' ? 'DSN' : 'key'} is shown this once. Copy it now; it is in the snippet below
            too.
          </p>
          <code className={classes.onceKey} data-once="">
            {shown}
          </code>
          <CopyButton what={made.kind === 'sentry' ? 'DSN' : 'Key'} value={shown} />
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
          {of.scopes.map((scope) => (uses[scope] === undefined ? '' : `${uses[scope]} · `)).join('')}
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
