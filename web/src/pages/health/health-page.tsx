import { useQuery } from '@tanstack/react-query';
import type { HealthAnswer } from '#contract/health.ts';
import { api } from '../../api/client.ts';
import { plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, ErrorState } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './health.module.css';
import { Intake } from './intake.tsx';
import { PlansHealth } from './plans-health.tsx';
import { Processes } from './processes.tsx';
import { Stores } from './stores.tsx';

const EVERY_MS = 5_000;

/** How Watchbill itself is: what watches has to be watched too. */
export function HealthPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => api.get('/health', { signal }),
    refetchInterval: EVERY_MS,
  });
  return (
    <Page title="Health of Watchbill" state={<Sentence health={data} stale={error !== null && data !== undefined} />}>
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The health could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        [220, 180, 220, 160].map((height, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they stand for sections in their order
          <BlockSkeleton key={index} height={height} />
        ))
      ) : (
        <>
          <Notices health={data} />
          <Processes health={data} />
          <Stores health={data} />
          <Intake health={data} />
          <PlansHealth health={data} />
        </>
      )}
    </Page>
  );
}

function Sentence({ health, stale }: { readonly health: HealthAnswer | undefined; readonly stale: boolean }) {
  if (health === undefined) return <> </>;
  if (stale) {
    return <StateMark tone="warning" word="The server does not answer: this is the last that is known of it." />;
  }
  const problems = health.reasons.length + health.notices.length;
  return (
    <span className={classes.sentence} data-live="">
      {!health.ready ? (
        <StateMark tone="critical" word="Not ready" />
      ) : problems > 0 ? (
        <StateMark tone="warning" word={`Works, with ${plural(problems, 'thing')} to look at`} />
      ) : (
        <StateMark tone="good" word="All of it works" />
      )}
      <span>
        version {health.version}, up for {formatSpan(health.uptimeMs)}, since <TimeText at={health.startedAt} />
      </span>
    </span>
  );
}

/** What people have to know, a sentence each; nothing at all when there is nothing. */
function Notices({ health }: { readonly health: HealthAnswer }) {
  const { reasons, notices, ready } = health;
  if (reasons.length + notices.length === 0) return null;
  return (
    <Section title="To look at">
      <ul className={classes.notices}>
        {reasons.map((text) => (
          <li key={text}>
            <StateMark tone={ready ? 'warning' : 'critical'} word={text} />
          </li>
        ))}
        {notices.map(({ plan, text }) => (
          <li key={`${plan ?? ''} ${text}`}>
            <StateMark tone="warning" word={plan === undefined ? text : `${plan}: ${text}`} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
