import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import { rememberedPlan, rememberPlan } from '../api/current-plan.ts';
import { LiveProvider, useLive } from '../api/live.tsx';
import { plansQuery, useCurrentOverview, useOverview } from '../api/overview.ts';
import { PlanZoneContext } from '../api/plan-zone.ts';
import { GoTo } from '../kit/go.tsx';
import { Explanation } from '../kit/reason-panel.tsx';
import { listenForShortcuts, useShortcut } from '../kit/shortcuts.ts';
import { EmptyState, ErrorState } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import { Disconnected, Notices } from './banners.tsx';
import { CommandPalette } from './command-palette.tsx';
import { useCommands } from './commands.ts';
import { HelpDialog } from './help-dialog.tsx';
import { useKeptFocus } from './keep-focus.ts';
import { useStale } from './live-mark.tsx';
import { MoreDrawer } from './more-drawer.tsx';
import { Navigation, type NavigationEntry, navigationEntries } from './navigation.tsx';
import classes from './shell.module.css';
import { TopBar } from './top-bar.tsx';

type Opened = { readonly what: 'palette' | 'help' | 'more' } | { readonly what: 'reasons'; readonly subject: string };

/** What stands around every page: the bar with the plan's time, the navigation, and the live stream of the plan that is looked at. */
export function Shell() {
  const { plan: named } = useParams({ strict: false }) as { readonly plan?: string };
  const { href } = useLocation();
  const { data: plans, error, refetch } = useQuery(plansQuery);
  const last = rememberedPlan();
  const plan = named ?? (plans?.find((summary) => summary.plan === last) ?? plans?.[0])?.plan;

  useEffect(() => {
    if (named !== undefined) rememberPlan(named);
  }, [named]);

  if (error instanceof ApiFailure && error.status === 401) return <GoTo address={paths.signIn(href)} />;
  const missing = named !== undefined && plans !== undefined && !plans.some((summary) => summary.plan === named);
  const content = missing ? (
    <EmptyState title={`There is no plan “${named}”`}>
      It may have another name, or it is not yours to see.{plans.length === 0 ? null : ' These are:'}
      {plans.map((summary) => (
        <div key={summary.plan}>
          <Link to={paths.missionControl(summary.plan)}>{summary.title}</Link>
        </div>
      ))}
    </EmptyState>
  ) : error !== null && plans === undefined ? (
    <ErrorState error={error} title="Watchbill could not be reached" onRetry={() => void refetch()} />
  ) : (
    <Outlet />
  );
  if (plan === undefined || missing) return <Frame plan={undefined}>{content}</Frame>;
  return (
    <LiveProvider key={plan} plan={plan}>
      <FrameOfPlan plan={plan}>{content}</FrameOfPlan>
    </LiveProvider>
  );
}

/** The frame of a plan: its zone is known to every time inside, and what is old looks old. */
function FrameOfPlan({ plan, children }: { readonly plan: string; readonly children: ReactNode }) {
  const { href } = useLocation();
  const { data: overview } = useCurrentOverview(plan);
  const connection = useLive((snapshot) => snapshot.connection);
  if (connection === 'refused') return <GoTo address={paths.signIn(href)} />;
  return (
    <PlanZoneContext value={overview?.timezone}>
      <Frame plan={plan}>
        <Disconnected />
        <Staleness>{children}</Staleness>
        <Notices />
      </Frame>
    </PlanZoneContext>
  );
}

function Staleness({ children }: { readonly children: ReactNode }) {
  const stale = useStale();
  return (
    <div className={classes.figures} data-stale={stale ? '' : undefined}>
      {children}
    </div>
  );
}

function Frame({ plan, children }: { readonly plan: string | undefined; readonly children: ReactNode }) {
  const [opened, setOpened] = useState<Opened>();
  const { data: plans = [] } = useQuery(plansQuery);
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  const close = (): void => setOpened(undefined);
  const search = (): void => setOpened({ what: 'palette' });

  useEffect(listenForShortcuts, []);
  useShortcut('/', 'Search and commands', search);
  useShortcut('?', 'This list', () => setOpened({ what: 'help' }));
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpened((before) => (before?.what === 'palette' ? undefined : { what: 'palette' }));
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <TopBar plan={plan} plans={plans} onSearch={search} />
      <Navigation plan={plan} onMore={() => setOpened({ what: 'more' })} />
      <main id="content" ref={main} className={classes.content} tabIndex={-1}>
        {children}
      </main>
      {navigationEntries(plan).map((entry) => (
        <GoShortcut key={entry.page.name} entry={entry} />
      ))}
      {opened?.what === 'palette' ? (
        <Palette
          plan={plan}
          onClose={close}
          onExplain={(subject) => setOpened({ what: 'reasons', subject })}
          onHelp={() => setOpened({ what: 'help' })}
        />
      ) : null}
      {opened?.what === 'help' ? <HelpDialog onClose={close} /> : null}
      {opened?.what === 'more' ? <MoreDrawer plan={plan} onClose={close} onSearch={search} /> : null}
      {opened?.what === 'reasons' && plan !== undefined ? (
        <Drawer
          opened
          onClose={close}
          position="right"
          title={`Why: ${opened.subject}`}
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <Explanation plan={plan} subject={opened.subject} />
        </Drawer>
      ) : null}
    </div>
  );
}

function GoShortcut({ entry }: { readonly entry: NavigationEntry }) {
  const navigate = useNavigate();
  useShortcut(`g ${entry.navigation.key}`, entry.page.name, () => void navigate({ to: entry.address }));
  return null;
}

interface PaletteProps {
  readonly plan: string | undefined;
  readonly onClose: () => void;
  readonly onExplain: (subject: string) => void;
  readonly onHelp: () => void;
}

function Palette({ plan, ...rest }: PaletteProps) {
  return plan === undefined ? (
    <PaletteOf plan={undefined} overview={undefined} {...rest} />
  ) : (
    <PaletteOfPlan plan={plan} {...rest} />
  );
}

function PaletteOfPlan({ plan, ...rest }: PaletteProps & { readonly plan: string }) {
  const { data: overview } = useOverview(plan);
  return <PaletteOf plan={plan} overview={overview} {...rest} />;
}

function PaletteOf({ onClose, ...options }: Parameters<typeof useCommands>[0] & { readonly onClose: () => void }) {
  return <CommandPalette commands={useCommands(options)} onClose={onClose} />;
}
