import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LiveSilence } from '#contract/live.ts';
import { api } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Section } from '../../kit/page.tsx';
import { describeFailure, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './alerts.module.css';
import { silenceSubject } from './silence-words.ts';

const none: readonly LiveSilence[] = [];

interface SilenceListProps {
  readonly plan: string;
  readonly may: boolean;
}

/** The silences in force, and on request those that have ended. */
export function SilenceList({ plan, may }: SilenceListProps) {
  const lasting = useLive((snapshot) => snapshot.plan?.silences ?? none);
  const [past, setPast] = useState(false);
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: ({ silence, version }: LiveSilence) =>
      api.post('/plans/{plan}/silences/{silence}/end', {
        params: { plan, silence },
        body: { expectedVersion: version },
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ['silences', plan] }),
  });
  return (
    <Section title="Silences" aside={lasting.length === 0 ? undefined : `${lasting.length} in force`}>
      {end.error === null ? null : (
        <p className={classes.notice} role="alert">
          {describeFailure(end.error).message} {describeFailure(end.error).hint}
        </p>
      )}
      {lasting.length === 0 ? <p className={classes.quiet}>None in force: everybody is told of everything.</p> : null}
      <ul className={classes.list}>
        {lasting.map((silence) => (
          <li key={silence.silence} className={classes.silence} data-silence={silence.silence}>
            <div className={classes.what}>
              <span className={classes.name}>{silenceSubject(silence)}</span>
              <span>{silence.reason}</span>
              <span className={classes.quiet}>
                {silence.silence} · {silence.by}, <TimeText at={silence.from} />
              </span>
            </div>
            <span>
              until <TimeText at={silence.until} />
              <Left until={silence.until} />
            </span>
            {may ? (
              <Button
                size="xs"
                variant="default"
                className={classes.tap}
                loading={end.isPending && end.variables.silence === silence.silence}
                onClick={() => end.mutate(silence)}
              >
                End now
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className={classes.textButton}
        aria-expanded={past}
        onClick={() => setPast((before) => !before)}
      >
        {past ? 'Hide those that have ended' : 'Show those that have ended'}
      </button>
      {past ? <PastSilences plan={plan} lasting={lasting.length} /> : null}
    </Section>
  );
}

function Left({ until }: { readonly until: string }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  return <span className={classes.quiet}> ({formatSpan(Date.parse(until) - now - offset)} left)</span>;
}

function PastSilences({ plan, lasting }: { readonly plan: string; readonly lasting: number }) {
  const { data, error, refetch } = useQuery({
    // One that ends leaves the live list: then there is one more here.
    queryKey: ['silences', plan, 'ended', lasting],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/silences', { params: { plan }, query: { state: 'ended', limit: 50 }, signal }),
  });
  if (error !== null && data === undefined) {
    return <ErrorState error={error} title="The silences could not be loaded" onRetry={() => void refetch()} />;
  }
  if (data === undefined) return <RowsSkeleton rows={2} height={52} />;
  if (data.silences.length === 0) return <p className={classes.quiet}>None has ended yet.</p>;
  return (
    <ul className={classes.list}>
      {data.silences.map((silence) => (
        <li key={silence.silence} className={classes.silence}>
          <div className={classes.what}>
            <span className={classes.name}>{silenceSubject(silence)}</span>
            <span>{silence.reason}</span>
            <span className={classes.quiet}>
              {silence.silence} · {silence.by}, <TimeText at={silence.from} />
            </span>
          </div>
          <span className={classes.quiet}>
            {silence.ended === undefined ? null : (
              <>
                {silence.ended.by === undefined ? 'its time was over' : `ended by ${silence.ended.by}`},{' '}
                <TimeText at={silence.ended.at} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
