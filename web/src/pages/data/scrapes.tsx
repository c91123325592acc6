import { useQuery } from '@tanstack/react-query';
import type { ScrapeAnswer } from '#contract/scrapes.ts';
import { api } from '../../api/client.ts';
import { formatNumber, plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import type { ToneAndWord } from '../../kit/tone.ts';
import classes from './data.module.css';

const EVERY_MS = 5_000;

/** Which targets are asked for their metrics, whether they answer, and why not. */
export function Scrapes({ plan }: { readonly plan: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['scrapes', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/scrapes', { params: { plan }, signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Section
      title="Scrape targets"
      aside={data === undefined || data.scrapes.length === 0 ? undefined : data.scrapes.length}
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The targets could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={2} height={64} />
      ) : data.scrapes.length === 0 ? (
        <EmptyState
          title="No target is asked for its metrics"
          snippet={'scrapes:\n  api: { target: http://10.0.0.5:9100/metrics, every: 15s }'}
        >
          What answers Prometheus answers Watchbill. Name the address in the plan and apply it:
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {data.scrapes.map((scrape) => (
            <Target key={scrape.name} scrape={scrape} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Target({ scrape }: { readonly scrape: ScrapeAnswer }) {
  const { name, target, message, labels, lastAt, nextAt, samples, durationMs } = scrape;
  const { tone, word } = stateOf(scrape);
  const added = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return (
    <li className={classes.webhook} data-scrape={name}>
      <div className={classes.webhookHead}>
        <h3 className={classes.name}>{name}</h3>
        <StateMark tone={tone} word={word} />
        {lastAt === undefined ? null : (
          <span className={classes.quiet}>
            {samples === undefined ? '' : `${plural(samples, 'sample')} `}
            {durationMs === undefined ? '' : `in ${formatNumber(durationMs)} ms, `}
            asked <TimeText at={lastAt} show="age" />
          </span>
        )}
      </div>
      <code className={classes.onceKey}>{target}</code>
      {message === undefined ? null : <p className={classes.targetProblem}>{message}</p>}
      {added.length === 0 && (nextAt === undefined || lastAt !== undefined) ? null : (
        <p className={classes.quiet}>
          {added.length === 0 ? null : `Every series gets ${added.join(', ')}. `}
          {nextAt === undefined || lastAt !== undefined ? null : (
            <>
              First asked <TimeText at={nextAt} />.
            </>
          )}
        </p>
      )}
    </li>
  );
}

function stateOf({ state, reason }: ScrapeAnswer): ToneAndWord {
  switch (state) {
    case 'up':
      return { tone: 'good', word: 'up' };
    case 'down':
      return { tone: 'warning', word: reason === undefined ? 'down' : `down: ${reason}` };
    case 'waiting':
      return { tone: 'none', word: 'not asked yet' };
    case 'resting':
      return { tone: 'neutral', word: 'rests in this phase' };
    case 'unknown':
      return { tone: 'none', word: 'intake does not answer' };
  }
}
