import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePlanName } from '../../api/current-plan.ts';
import { useLive, useSettled } from '../../api/live.tsx';
import { useOverview, type WatchedSignal, watchedSignals } from '../../api/overview.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState } from '../../kit/states.tsx';
import { useWidth } from '../../kit/use-width.ts';
import { paths } from '../../paths.ts';
import { balanceTiles } from './balance-tiles.ts';
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
  const settled = useSettled();
  if (error !== null && overview === undefined) {
    return (
      <Page title="Mission control">
        <ErrorState error={error} title="The plan could not be loaded" onRetry={() => void refetch()} />
      </Page>
    );
  }
  const ready = overview !== undefined && settled ? overview : undefined;
  const watched = ready === undefined ? undefined : watchedSignals(ready);
  return (
    <Page title="Mission control" state={<Sentence plan={plan} />}>
      {ready === undefined ? (
        <BlockSkeleton height={30} />
      ) : ready.services.length === 0 ? null : (
        <Services plan={plan} overview={ready} />
      )}
      {/* What takes the place of the skeletons is new: nothing that was there moves. */}
      <div key={ready === undefined ? 'awaited' : 'known'} className={classes.columns}>
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
            <Tiles plan={plan} watched={watched} />
          )}
        </div>
        <aside className={classes.side} aria-label="What needs attention">
          {ready === undefined ? (
            <>
              <div className={classes.needs}>
                <BlockSkeleton height={124} />
              </div>
              <BlockSkeleton height={86} />
              <BlockSkeleton height={86} />
            </>
          ) : (
            <>
              <NeedsYou plan={plan} overview={ready} />
              <OpenAlerts plan={plan} overview={ready} />
              <HappeningNow plan={plan} />
            </>
          )}
        </aside>
      </div>
    </Page>
  );
}

/** Narrower ones would cut the names of most signals. */
const TILE_WIDTH = 224;
const TILE_GAP = 12;

/** Every figure, in rows that fill the width: no row ends in a hole. */
function Tiles({ plan, watched }: { readonly plan: string; readonly watched: readonly WatchedSignal[] }) {
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  const stored = useStoredTrails(plan);
  const { ref, width } = useWidth();
  const fitting = Math.max(1, Math.floor((width + TILE_GAP) / (TILE_WIDTH + TILE_GAP)));
  const { columns, spans } = useMemo(() => balanceTiles(watched.length, fitting), [watched.length, fitting]);
  return (
    <>
      <h2 className="wb-spoken">Figures</h2>
      <div
        ref={ref}
        className={classes.tiles}
        style={width === 0 ? undefined : { gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
      >
        {watched.map((entry, index) => (
          <SignalTile
            key={entry.signal.name}
            plan={plan}
            {...entry}
            span={width === 0 ? 1 : (spans[index] ?? 1)}
            stored={stored}
            known={known}
          />
        ))}
      </div>
    </>
  );
}

function Sentence({ plan }: { readonly plan: string }) {
  const { data: overview } = useOverview(plan);
  const loaded = useLive((snapshot) => snapshot.plan);
  const signals = useLive((snapshot) => snapshot.signals);
  const alerts = useLive((snapshot) => snapshot.alerts);
  if (overview === undefined || loaded === undefined) return null;
  if (!loaded.running) return <StateMark tone="warning" word="This plan is not running on this server" />;
  const { tone, lead, unjudged, rest } = stateSentence({ overview, signals, alerts, unjudged: loaded.unjudged });
  return (
    <span className={classes.sentence} data-live="">
      <StateMark tone={tone} word={lead} />
      {unjudged === undefined ? null : (
        <span>
          <Link to={paths.signals(plan)} title={`No data for ${loaded.unjudged.join(', ')}`}>
            {unjudged}
          </Link>
        </span>
      )}
      {rest.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </span>
  );
}
