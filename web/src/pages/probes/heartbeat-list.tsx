import { Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { HeartbeatAnswer } from '#contract/heartbeats.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useMay } from '../../api/session.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { CopyButton } from '../../kit/copy-button.tsx';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { senderUrl } from '../data/snippets.ts';
import { heartbeatTone, jobSnippet, scheduleText } from './probe-words.ts';
import classes from './probes.module.css';
import type { useHeartbeats } from './use-probes.ts';

/** The check-ins that are expected, and by which address each job says that it ran. */
export function HeartbeatList({ query }: { readonly query: ReturnType<typeof useHeartbeats> }) {
  const { data, error, refetch } = query;
  return (
    <Section
      title="Heartbeats"
      aside={data === undefined || data.heartbeats.length === 0 ? undefined : data.heartbeats.length}
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The heartbeats could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={2} height={64} />
      ) : data.heartbeats.length === 0 ? (
        <EmptyState
          title="No job is expected to check in"
          snippet={`heartbeats:\n  backup: { every: 'cron "0 3 * * *"', grace: 30m, longest: 2h }\n  sync:   { every: 15m }`}
        >
          A job that no longer runs tells nobody. Name it in the plan and apply it; its address then stands here:
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {data.heartbeats.map((heartbeat) => (
            <HeartbeatRow key={heartbeat.name} heartbeat={heartbeat} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function HeartbeatRow({ heartbeat }: { readonly heartbeat: HeartbeatAnswer }) {
  const { name, service, lastAt, lastState, lateAt, runningSince, durationMs, exitCode, message, rules } = heartbeat;
  const plan = usePlanName();
  const mayMakeKeys = useMay('administer', plan);
  const { tone, word } = heartbeatTone(heartbeat);
  const snippet = jobSnippet(senderUrl(heartbeat.url, window.location.hostname), heartbeat);
  const about = [
    scheduleText(heartbeat),
    service,
    rules.length === 0 ? 'no rule reads it' : `rule ${rules.join(', ')}`,
  ];
  return (
    <li className={classes.heartbeat} data-heartbeat={name}>
      <div className={classes.state}>
        <StateMark tone={tone} word={word} />
      </div>
      <div className={classes.what}>
        <h3 className={classes.jobName}>{name}</h3>
        <span className={classes.quiet}>{about.filter((part) => part !== undefined).join(' · ')}</span>
        {message === undefined ? null : (
          <Code block className={classes.code} tabIndex={0}>
            {message}
          </Code>
        )}
      </div>
      <div className={classes.what}>
        <span>
          {lastAt === undefined ? (
            'no check-in yet'
          ) : (
            <>
              {lastState} <TimeText at={lastAt} show="age" />
              {durationMs === undefined ? '' : `, took ${formatFigureText(durationMs, 'ms')}`}
              {exitCode === undefined ? '' : `, exit code ${exitCode}`}
            </>
          )}
        </span>
        <span className={classes.quiet}>
          {runningSince === undefined ? null : (
            <>
              running since <TimeText at={runningSince} />.{' '}
            </>
          )}
          {lateAt === undefined ? null : (
            <>
              {Date.parse(lateAt) <= Date.now() ? 'was expected by' : 'late after'} <TimeText at={lateAt} />
            </>
          )}
        </span>
      </div>
      <details className={classes.address}>
        <summary>Address of {name}</summary>
        <div className={classes.snippetBox}>
          <Code block className={classes.code} tabIndex={0}>
            {snippet}
          </Code>
          <CopyButton what={`Address of ${name}`} value={snippet} />
        </div>
        {mayMakeKeys ? (
          <p className={classes.quiet}>
            One key serves all jobs: <Link to={paths.data(plan)}>make it under Data</Link>, for jobs.
          </p>
        ) : null}
      </details>
    </li>
  );
}
