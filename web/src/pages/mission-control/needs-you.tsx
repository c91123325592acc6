import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { OverviewAnswer } from '#contract/overview.ts';
import { useAcknowledge } from '../../api/acknowledge.ts';
import { useLive } from '../../api/live.tsx';
import { useMay } from '../../api/session.ts';
import { plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Section } from '../../kit/page.tsx';
import { useShortcut } from '../../kit/shortcuts.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { describeFailure } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { useAsked } from '../reviews/use-reviews.ts';
import { useServices } from '../services/use-services.ts';
import { useAssessments } from '../verdicts/use-assessments.ts';
import { failedNow } from '../verdicts/verdict-words.ts';
import classes from './mission-control.module.css';
import { type Need, needs, quietAlerts } from './needs.ts';

/** With its dialog it is needed once in a plan's life. */
const LaunchRow = lazy(async () => ({ default: (await import('./launch-row.tsx')).LaunchRow }));

/** They stand for days, and much may have to be read for them. */
const VERDICTS_EVERY_MS = 60_000;

interface NeedsYouProps {
  readonly plan: string;
  readonly overview: OverviewAnswer | undefined;
}

/** What waits for a person. */
export function NeedsYou({ plan, overview }: NeedsYouProps) {
  const alerts = useLive((snapshot) => snapshot.alerts);
  const live = useLive((snapshot) => snapshot.plan);
  const { data: services } = useServices(plan);
  const { data: assessments } = useAssessments(plan, VERDICTS_EVERY_MS);
  const { data: asked } = useAsked(plan, true);
  const list = overview === undefined ? [] : needs(overview, live, alerts, services, asked);
  const first = list.find((need) => need.kind === 'acknowledge')?.alert;
  const may = useMay('respond', plan);
  const { mutate } = useAcknowledge(plan);
  const { alert, version } = first ?? {};
  const canAcknowledge = may && alert !== undefined && version !== undefined;
  useShortcut('a', 'Acknowledge what is most pressing', canAcknowledge ? () => mutate({ alert, version }) : undefined);
  const rows = [
    ...list.map((need) => ({ key: keyOf(need), row: <NeedRow plan={plan} need={need} /> })),
    ...(list.length === 0 ? [{ key: 'nothing', row: <Nothing plan={plan} /> }] : []),
    ...quietAlerts(alerts).map(({ service, count }) => ({
      key: `quiet ${service}`,
      row: (
        <p className={classes.none} data-quiet={service}>
          <Link to={paths.alerts(plan)}>{plural(count, 'alert')}</Link> {count === 1 ? 'is' : 'are'} quiet while{' '}
          {service} is down.
        </p>
      ),
    })),
    ...failedNow(assessments?.assessments ?? [], live?.phase).map(({ name, text }) => ({
      key: `verdict ${name}`,
      row: (
        <p className={classes.none} data-verdict={name}>
          <StateMark tone="critical" word="failed" /> <Link to={paths.verdicts(plan)}>{name}</Link> {text}
        </p>
      ),
    })),
  ];
  return (
    <div className={classes.needs}>
      <Foldable title={list.length === 0 ? 'Needs you' : `Needs you (${list.length})`} rows={rows} />
    </div>
  );
}

interface FoldableProps {
  readonly title: string;
  readonly rows: readonly { readonly key: string; readonly row: ReactNode }[];
}

/** Rows of which a narrow screen shows the first until somebody asks for all. */
function Foldable({ title, rows }: FoldableProps) {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title={title}
      aside={
        rows.length < 2 ? undefined : (
          <button type="button" className={classes.more} aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Show the first' : `Show ${rows.length - 1} more`}
          </button>
        )
      }
    >
      <ul className={classes.list} data-folded={open ? undefined : ''}>
        {rows.map(({ key, row }) => (
          <li key={key} className={classes.row}>
            {row}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function keyOf(need: Need): string {
  if (need.kind === 'acknowledge') return need.alert.key;
  if (need.kind === 'review') return need.text;
  return need.kind === 'checks' ? need.about : need.kind;
}

/** Nobody is needed; while there is no figure at all, the next step is to send some. */
function Nothing({ plan }: { readonly plan: string }) {
  const blind = useLive(
    ({ signals }) =>
      signals.size > 0 && [...signals.values()].every((readings) => readings.every(({ state }) => state === 'no data')),
  );
  if (!blind) return <p className={classes.none}>Nothing waits for anybody.</p>;
  return (
    <p className={classes.none}>
      No figure has data. <Link to={paths.data(plan)}>Send the first event</Link>
    </p>
  );
}

function NeedRow({ plan, need }: { readonly plan: string; readonly need: Need }) {
  switch (need.kind) {
    case 'acknowledge':
      return <AcknowledgeRow plan={plan} need={need} />;
    case 'failed-messages':
    case 'waiting-messages': {
      const text = `${plural(need.count, 'message')} ${need.kind === 'failed-messages' ? 'reached nobody' : 'could not leave yet'}`;
      return (
        <span className={classes.rowTitle}>
          <Link to={paths.deliveries(plan)} className="wb-alone">
            {text}
          </Link>
        </span>
      );
    }
    case 'checks':
      return (
        <>
          <span className={classes.rowTitle}>
            <Link
              to={need.probe === undefined ? paths.probes(plan) : paths.probe(plan, need.probe)}
              className="wb-alone"
            >
              {need.text}
            </Link>
          </span>
          {need.reason === undefined ? null : <div className={classes.rowFoot}>{need.reason}</div>}
        </>
      );
    case 'review':
      return (
        <>
          <span className={classes.rowTitle}>
            <Link to={paths.reviews(plan, need.name)} className="wb-alone">
              {need.text}
            </Link>
          </span>
          {need.ask === undefined ? null : <div className={classes.rowFoot}>{need.ask}</div>}
        </>
      );
    case 'launch':
      return (
        <Suspense fallback={<span className={classes.rowTitle}>The plan waits for its launch</span>}>
          <LaunchRow plan={plan} version={need.version} />
        </Suspense>
      );
  }
}

function AcknowledgeRow({
  plan,
  need,
}: {
  readonly plan: string;
  readonly need: Extract<Need, { kind: 'acknowledge' }>;
}) {
  const { alert, rule, group, version } = need.alert;
  const may = useMay('respond', plan);
  const acknowledge = useAcknowledge(plan);
  if (alert === undefined || version === undefined) return null;
  const name = `${alert} ${rule}${group.length === 0 ? '' : ` (${group.join(', ')})`}`;
  return (
    <>
      <div className={classes.need}>
        <div className={classes.needWords}>
          <span className={classes.rowTitle}>
            <Link to={paths.alert(plan, alert)} className="wb-alone">
              {name}
            </Link>
          </span>
          {need.answerBy === undefined ? (
            <div className={classes.rowFoot}>Nobody takes care of it yet.</div>
          ) : (
            <AnswerBy at={need.answerBy} />
          )}
        </div>
        {may ? (
          <Button
            size="compact-sm"
            className={classes.act}
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate({ alert, version })}
          >
            Acknowledge
          </Button>
        ) : null}
      </div>
      {acknowledge.error === null ? null : <FailureLine error={acknowledge.error} />}
    </>
  );
}

function FailureLine({ error }: { readonly error: Error }) {
  const { message, hint } = describeFailure(error);
  return (
    <div role="alert" className={classes.failure}>
      {message} {hint}
    </div>
  );
}

function AnswerBy({ at }: { readonly at: number }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const left = at - now - offset;
  return (
    <div className={classes.rowFoot}>
      {left > 0 ? (
        <span>
          by <TimeText at={at} />, {formatSpan(left)} left
        </span>
      ) : (
        <StateMark tone="critical" word={`overdue by ${formatSpan(-left)}`} />
      )}
    </div>
  );
}
