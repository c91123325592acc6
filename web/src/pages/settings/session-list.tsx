import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ListedSessionAnswer } from '#contract/session.ts';
import { api } from '../../api/client.ts';
import { plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { browserWords } from './browser-words.ts';
import { FormFailure } from './field-failure.tsx';
import classes from './settings.module.css';

/** Where one is signed in, this session first, then those that were used last. */
export function SessionList() {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => api.get('/sessions', { signal }),
  });
  const end = useMutation({
    mutationFn: async (sessions: readonly string[]) => {
      for (const session of sessions) await api.delete('/sessions/{session}', { params: { session } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const others = data?.filter(({ current }) => !current) ?? [];
  return (
    <Section
      title="Sessions"
      aside={
        others.length < 2 ? undefined : (
          <Button
            size="xs"
            variant="default"
            className={classes.tap}
            loading={end.isPending}
            onClick={() => end.mutate(others.map(({ id }) => id))}
          >
            End all {others.length} others
          </Button>
        )
      }
    >
      <FormFailure error={end.error} />
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="Your sessions could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={2} height={64} />
      ) : (
        <>
          <ul className={classes.list}>
            {inOrder(data).map((session) => (
              <li key={session.id} className={classes.row} data-session={session.id}>
                <div className={classes.what}>
                  <span className={classes.name}>{browserWords(session.userAgent)}</span>
                  <span className={classes.quiet}>
                    {session.address} · signed in <TimeText at={session.signedInAt} />
                  </span>
                </div>
                <div className={classes.rowEnd}>
                  {session.current ? (
                    <span className={classes.quiet}>this one</span>
                  ) : (
                    <>
                      <span className={classes.quiet}>
                        seen <TimeText at={session.lastSeenAt} show="age" />
                      </span>
                      <Button
                        size="xs"
                        variant="default"
                        className={classes.tap}
                        aria-label={`End ${browserWords(session.userAgent)}`}
                        disabled={end.isPending}
                        onClick={() => end.mutate([session.id])}
                      >
                        End
                      </Button>
                    </>
                  )}
                </div>
              </li>
            ))}
          </ul>
          <p className={classes.quiet}>
            {others.length === 0
              ? 'You are signed in nowhere else.'
              : `You are signed in at ${plural(others.length, 'other place')}. One that you do not know: end it, and change your password.`}
          </p>
        </>
      )}
    </Section>
  );
}

function inOrder(sessions: readonly ListedSessionAnswer[]): readonly ListedSessionAnswer[] {
  return [...sessions].sort(
    (one, other) => Number(other.current) - Number(one.current) || other.lastSeenAt.localeCompare(one.lastSeenAt),
  );
}
