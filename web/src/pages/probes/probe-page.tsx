import { Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ProbeHistoryAnswer, ProbeResultAnswer } from '#contract/probes.ts';
import { useParameter, usePlanName } from '../../api/current-plan.ts';
import { useOverview } from '../../api/overview.ts';
import { RangePicker } from '../../charts/range-picker.tsx';
import type { TimeRange } from '../../charts/time-range.ts';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { formatMomentExact, formatSpan } from '../../format/times.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { PartList } from './part-list.tsx';
import { PhaseList } from './phase-list.tsx';
import { agreeText, outcomeTone, probeTone } from './probe-words.ts';
import classes from './probes.module.css';
import { TimingChart } from './timing-chart.tsx';
import { Uptime, UptimeBars } from './uptime-bars.tsx';
import { useProbe } from './use-probes.ts';

/** Of a quicker one the next look is always about now. */
const NEXT_SAID_ABOVE_MS = 60_000;
const RANGE: TimeRange = { kind: 'latest', name: '24h' };

/** One probe: how it was over a time, how long it took, and what did not pass, with what shows it. */
export function ProbePage() {
  const plan = usePlanName();
  const name = useParameter('probe');
  const { data: overview } = useOverview(plan);
  const page = useTimeRange(overview, RANGE);
  const { data, error, refetch } = useProbe(plan, name, page);
  if (data === undefined) {
    return (
      <Page title={name} state={<AllProbes plan={plan} />}>
        <Section title="Results">
          {error === null ? (
            <RowsSkeleton rows={6} />
          ) : (
            <ErrorState error={error} title="The probe could not be loaded" onRetry={() => void refetch()} />
          )}
        </Section>
      </Page>
    );
  }
  const { uptime, buckets, stepMs, failures, moreFailures } = data;
  const [from, to] = [Date.parse(uptime.from), Date.parse(uptime.to)];
  return (
    <Page title={name} state={<Standing history={data} plan={plan} />}>
      <code className={classes.check}>{data.probe.text}</code>
      <RangePicker page={page} />
      <Section title="Uptime" aside={`${formatSpan(to - from)}`}>
        <div className={classes.wide}>
          <Uptime uptime={uptime} over="in this time" />
          <p className={classes.axis}>
            <TimeText at={uptime.from} />
            <TimeText at={uptime.to} />
          </p>
          <Changes history={data} />
        </div>
      </Section>
      {data.partsProblem === undefined ? null : (
        <Section title="Parts of its answer">
          <p className={classes.text}>Nothing of them could be read: {data.partsProblem}</p>
        </Section>
      )}
      {data.partHistory.length === 0 ? null : (
        <Section title="Parts of its answer" aside={data.partHistory.length}>
          <PartList parts={data.partHistory} live={page.live} />
        </Section>
      )}
      <Section title="How long it took" aside="means">
        <TimingChart buckets={buckets} from={from} to={to} stepMs={stepMs} />
        <p className={classes.axis}>
          <TimeText at={uptime.from} />
          <TimeText at={uptime.to} />
        </p>
      </Section>
      <div className={classes.columns}>
        <Section title="What did not pass" aside={failures.length === 0 ? undefined : 'newest first'}>
          {failures.length === 0 ? (
            <p className={classes.text}>Every result of this time passed.</p>
          ) : (
            <ul className={classes.list}>
              {failures.map((failure) => (
                <Result key={failure.id} result={failure} to={to} />
              ))}
            </ul>
          )}
          {moreFailures ? <p className={classes.quiet}>There are more; choose a shorter time.</p> : null}
        </Section>
        <div className={classes.side}>
          <Section title="By location">
            <Locations results={data.probe.latest} />
          </Section>
          {data.phases.length === 0 ? null : (
            <Section title="Uptime by phase">
              <PhaseList phases={data.phases} />
            </Section>
          )}
          <Section title="In the plan">
            <Settings history={data} />
          </Section>
          <Section title="Last 30 days">
            <UptimeBars uptime={data.probe.month} over="30 d" />
            <p className={classes.quiet}>A bar is a day; hatched is what nobody knows.</p>
          </Section>
        </div>
      </div>
    </Page>
  );
}

function AllProbes({ plan }: { readonly plan: string }) {
  return (
    <Link to={paths.probes(plan)} className={classes.all}>
      All probes
    </Link>
  );
}

function Standing({ history, plan }: { readonly history: ProbeHistoryAnswer; readonly plan: string }) {
  const { probe } = history;
  const { tone, word } = probeTone(probe);
  const [last] = probe.latest;
  return (
    <span className={classes.sentence}>
      <StateMark tone={tone} word={word} />
      {probe.since === undefined ? null : (
        <span>
          since <TimeText at={probe.since} />
        </span>
      )}
      {last === undefined ? null : (
        <span>
          last looked at <TimeText at={last.at} show="age" />
        </span>
      )}
      {probe.nextAt === undefined || (probe.everyMs ?? NEXT_SAID_ABOVE_MS) < NEXT_SAID_ABOVE_MS ? null : (
        <span>
          next at <TimeText at={probe.nextAt} />
        </span>
      )}
      <AllProbes plan={plan} />
    </span>
  );
}

/** The stretches in which it was not up, latest first. */
function Changes({ history }: { readonly history: ProbeHistoryAnswer }) {
  const SHOWN = 8;
  const others = history.segments.filter(({ state }) => state !== 'up').toReversed();
  if (others.length === 0) return <p className={classes.text}>It was up all this time.</p>;
  return (
    <>
      <ul className={classes.changes}>
        {others.slice(0, SHOWN).map(({ from, to, state }) => (
          <li key={from}>
            <StateMark tone={state === 'down' ? 'critical' : 'none'} word={state} />{' '}
            <span>
              <TimeText at={from} /> to <TimeText at={to} />, {formatSpan(Date.parse(to) - Date.parse(from))}
            </span>
          </li>
        ))}
      </ul>
      {others.length <= SHOWN ? null : (
        <p className={classes.quiet}>and {others.length - SHOWN} more before; choose a shorter time to see them.</p>
      )}
    </>
  );
}

function Result({ result, to }: { readonly result: ProbeResultAnswer; readonly to: number }) {
  const { at, location, outcome, durationMs, reason, message, evidence, fields } = result;
  const { tone, word } = outcomeTone(outcome);
  const measured = Object.entries(fields).map(([name, value]) => `${name} ${value}`);
  const about = [location, durationMs === undefined ? undefined : formatFigureText(durationMs, 'ms'), ...measured];
  return (
    <li className={classes.failure} data-failure={reason ?? ''}>
      <span className={classes.sentence}>
        <StateMark tone={tone} word={reason === undefined ? word : `${word}: ${reason}`} />
        <time dateTime={at}>{formatMomentExact(Date.parse(at), to)}</time>
      </span>
      {message === undefined ? null : <span className={classes.message}>{message}</span>}
      <span className={classes.quiet}>{about.filter((part) => part !== undefined).join(' · ')}</span>
      {evidence === undefined ? null : (
        <Code block className={classes.code} tabIndex={0}>
          {evidence}
        </Code>
      )}
    </li>
  );
}

function Locations({ results }: { readonly results: readonly ProbeResultAnswer[] }) {
  if (results.length === 0) return <p className={classes.text}>No location has looked yet.</p>;
  return (
    <ul className={classes.list}>
      {results.map(({ location, outcome, at, durationMs }) => {
        const { tone, word } = outcomeTone(outcome);
        return (
          <li key={location} className={classes.location} data-location={location}>
            <span className={classes.strong}>{location}</span>
            <StateMark tone={tone} word={word} />
            <span className={classes.quiet}>
              {durationMs === undefined ? '' : `${formatFigureText(durationMs, 'ms')}, `}
              <TimeText at={at} show="age" />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Settings({ history }: { readonly history: ProbeHistoryAnswer }) {
  const { probe, whileFailingMs, timeoutMs, agree, expect, confirm, rules, parts } = history;
  const lines: readonly (readonly [string, string])[] = [
    ['every', probe.everyMs === undefined ? 'rests in this phase' : formatSpan(probe.everyMs)],
    ...(whileFailingMs === undefined ? [] : [['while it fails', formatSpan(whileFailingMs)] as const]),
    ['timeout', formatSpan(timeoutMs)],
    ...(probe.service === undefined ? [] : [['service', probe.service] as const]),
    ...(agree === undefined ? [] : [['fails', agreeText(agree)] as const]),
    ['expects', expect.length === 0 ? 'what its kind demands' : expect.join(', ')],
    ...(confirm === undefined
      ? []
      : [
          [
            'has passed when',
            `${confirm.source} brings its id in ${confirm.field}, within ${formatSpan(confirm.withinMs)}`,
          ] as const,
        ]),
    ...(Object.keys(parts).length === 0 ? [] : [['parts', Object.keys(parts).join(', ')] as const]),
    ['rules', rules.length === 0 ? 'none reads it' : rules.join(', ')],
  ];
  return (
    <dl className={classes.settings}>
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
