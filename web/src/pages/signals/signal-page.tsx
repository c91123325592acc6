import { Link } from '@tanstack/react-router';
import type { ObjectiveAnswer, OverviewAnswer, SignalAnswer } from '#contract/overview.ts';
import { useParameter, usePlanName } from '../../api/current-plan.ts';
import { useLive, useReadings, useSettled } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { LinkedCursors } from '../../charts/cursor.tsx';
import { RangePicker } from '../../charts/range-picker.tsx';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { CountedKeys } from '../../kit/counted-keys.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { ReasonPanel } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState } from '../../kit/states.tsx';
import { figureTone } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import { figureReason } from '../mission-control/figure-reason.ts';
import { FigureReasons } from '../mission-control/figure-reasons.tsx';
import { rankWord, worstReading } from '../mission-control/worst-reading.ts';
import { AlertsInRange } from './alerts-in-range.tsx';
import { ErrorBudget } from './error-budget.tsx';
import { GroupTable } from './group-table.tsx';
import { Headline } from './headline.tsx';
import { Meaning } from './meaning.tsx';
import classes from './signal.module.css';
import { SignalChart } from './signal-chart.tsx';
import { SignalRules } from './signal-rules.tsx';
import { useShownLines } from './use-shown-lines.ts';

/** One signal: how it stands and why, its course, its groups, its definition, and the rules that read it. */
export function SignalPage() {
  const plan = usePlanName();
  const name = useParameter('signal');
  const { data: overview, error, refetch } = useOverview(plan);
  const settled = useSettled();
  const signal = overview?.signals.find((one) => one.name === name);
  if (error !== null && overview === undefined) {
    return (
      <Page title={name}>
        <ErrorState error={error} title="The signal could not be loaded" onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (overview === undefined || !settled) {
    return (
      <Page title={name} state=" ">
        <BlockSkeleton height={96} />
        <BlockSkeleton height={400} />
      </Page>
    );
  }
  if (signal === undefined) {
    return (
      <Page title={name}>
        <EmptyState title={`The plan has no signal "${name}"`}>
          A version that was applied since may have renamed or removed it.{' '}
          <Link to={paths.signals(plan)}>All signals</Link>
        </EmptyState>
      </Page>
    );
  }
  const objective = overview.objectives.find((one) => one.signal === name);
  return (
    <LinkedCursors key={name}>
      {signal.stream ? (
        <Stream plan={plan} signal={signal} />
      ) : (
        <Watched plan={plan} overview={overview} signal={signal} objective={objective} />
      )}
    </LinkedCursors>
  );
}

interface WatchedProps {
  readonly plan: string;
  readonly overview: OverviewAnswer;
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
}

function Watched({ plan, overview, signal, objective }: WatchedProps) {
  const page = useTimeRange(overview);
  const lines = useShownLines(plan, signal.name, page);
  return (
    <Page
      title={signal.name}
      state={<Sentence plan={plan} signal={signal} objective={objective} />}
      actions={<RangePicker page={page} />}
    >
      <Headline signal={signal} objective={objective} />
      <Section title="Over time">
        <SignalChart plan={plan} signal={signal} page={page} lines={lines} />
      </Section>
      <div className={classes.columns}>
        <div className={classes.column}>
          {signal.by.length === 0 ? null : <GroupTable signal={signal} lines={lines} />}
          <Counted signal={signal} />
          <SignalRules plan={plan} signal={signal} overview={overview} />
        </div>
        <div className={classes.column}>
          {lines.budget === undefined ? null : <ErrorBudget budget={lines.budget} />}
          <Meaning signal={signal} objective={objective} overview={overview} series={lines.series} />
          <AlertsInRange plan={plan} page={page} lines={lines} />
        </div>
      </div>
    </Page>
  );
}

/** Which values it counts now, for a figure that counts any. */
function Counted({ signal }: Pick<WatchedProps, 'signal'>) {
  const keys = useReadings(signal.name).find((reading) => reading.keys !== undefined)?.keys;
  if (keys === undefined) return null;
  return (
    <Section title="Values that count">
      <CountedKeys {...keys} />
    </Section>
  );
}

/** The state with its reason; pressing it shows what stands behind. */
function Sentence({ plan, signal, objective }: Omit<WatchedProps, 'overview'>) {
  const readings = useReadings(signal.name);
  const reading = worstReading(readings, signal.worse);
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  if (!known) return <> </>;
  const { tone, word } = figureTone(reading?.state ?? 'no data');
  return (
    <span className={classes.sentence} data-live="">
      <ReasonPanel
        label={`${signal.name}: ${word}. Why?`}
        title={`Why is ${signal.name} ${word}?`}
        content={() => <FigureReasons plan={plan} signal={signal} objective={objective} />}
      >
        <StateMark tone={tone} word={word} />
      </ReasonPanel>
      <span>
        {reading === undefined ? 'Nothing has been read of it yet.' : figureReason(reading, signal, objective?.bands)}
        {reading === undefined || reading.group.length === 0
          ? ''
          : ` (${reading.group.join(', ')}, the ${rankWord(readings, signal.worse)} group)`}
      </span>
    </span>
  );
}

/** A part of other figures: it has no value of its own, and the page says so instead of showing an empty chart. */
function Stream({ plan, signal }: { readonly plan: string; readonly signal: SignalAnswer }) {
  return (
    <Page title={signal.name} state="Part of conditions; it has no value of its own.">
      <Section title="Definition">
        <code className={classes.code}>{signal.text}</code>
        <p className={classes.quiet}>
          It was written without a window, so it is only read where a rule gives it one, such as “{signal.name} &gt; 3
          in 10s”.
        </p>
      </Section>
      <SignalRules plan={plan} signal={signal} overview={undefined} />
    </Page>
  );
}
