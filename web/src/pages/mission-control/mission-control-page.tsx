import { usePlanName } from '../../api/current-plan.ts';
import { useLive } from '../../api/live.tsx';
import { useOverview, watchedSignals } from '../../api/overview.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState } from '../../kit/states.tsx';
import { HappeningNow } from './happening-now.tsx';
import classes from './mission-control.module.css';
import { NeedsYou } from './needs-you.tsx';
import { OpenAlerts } from './open-alerts.tsx';
import { Services } from './services.tsx';
import { SignalTile } from './signal-tile.tsx';
import { stateSentence } from './state-sentence.ts';
import { useStoredTrails } from './stored-trails.ts';

/** How the plan stands right now: one sentence, its services, every figure, and what needs somebody. */
export function MissionControlPage() {
  const plan = usePlanName();
  const { data: overview, error, refetch } = useOverview(plan);
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  const stored = useStoredTrails(plan);
  if (error !== null && overview === undefined) {
    return (
      <Page title="Mission control">
        <ErrorState error={error} title="The plan could not be loaded" onRetry={() => void refetch()} />
      </Page>
    );
  }
  const watched = overview === undefined ? undefined : watchedSignals(overview);
  const judged = watched?.filter(({ objective }) => objective !== undefined);
  const others = watched?.filter(({ objective }) => objective === undefined);
  const tiles = (list: typeof watched) =>
    list?.map((entry) => <SignalTile key={entry.signal.name} plan={plan} {...entry} stored={stored} known={known} />);
  return (
    <Page title="Mission control" state={<Sentence plan={plan} />}>
      {overview === undefined ? (
        <BlockSkeleton height={30} />
      ) : overview.services.length === 0 ? null : (
        <Services overview={overview} />
      )}
      <div className={classes.columns}>
        <div className={classes.figures}>
          {watched === undefined ? (
            <div className={classes.tiles}>
              {Array.from({ length: 6 }, (_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
                <BlockSkeleton key={index} height={150} />
              ))}
            </div>
          ) : watched.length === 0 ? (
            <Section title="Figures">
              <EmptyState
                title="The plan has no signals yet"
                snippet={'signals:\n  error_rate: share(requests where status >= 500) over 5m, at least 20'}
              >
                A signal is a figure that Watchbill reads from what your product sends. Add one to the plan:
              </EmptyState>
            </Section>
          ) : (
            <>
              {judged?.length === 0 ? null : (
                <>
                  <h2 className="wb-spoken">Objectives</h2>
                  <div className={classes.tiles}>{tiles(judged)}</div>
                </>
              )}
              {others?.length === 0 ? null : (
                <>
                  <h2 className={classes.group}>{judged?.length === 0 ? 'Signals' : 'Without an objective'}</h2>
                  <div className={classes.tiles}>{tiles(others)}</div>
                </>
              )}
            </>
          )}
        </div>
        <aside className={classes.side} aria-label="What needs attention">
          <NeedsYou plan={plan} overview={overview} />
          <OpenAlerts plan={plan} overview={overview} />
          <HappeningNow plan={plan} />
        </aside>
      </div>
    </Page>
  );
}

function Sentence({ plan }: { readonly plan: string }) {
  const { data: overview } = useOverview(plan);
  const loaded = useLive((snapshot) => snapshot.plan);
  const signals = useLive((snapshot) => snapshot.signals);
  const alerts = useLive((snapshot) => snapshot.alerts);
  if (overview === undefined || loaded === undefined) return null;
  if (!loaded.running) return <StateMark tone="warning" word="This plan is not running on this server" />;
  const { tone, lead, rest } = stateSentence({ overview, signals, alerts });
  return (
    <span className={classes.sentence} data-live="">
      <StateMark tone={tone} word={lead} />
      {rest.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </span>
  );
}
