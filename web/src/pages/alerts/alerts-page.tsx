import { Button } from '@mantine/core';
import { useRef, useState } from 'react';
import { useAcknowledge } from '../../api/acknowledge.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useLive, useSettled } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { useMay } from '../../api/session.ts';
import { plural } from '../../format/numbers.ts';
import { Chips } from '../../kit/chips.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { BlockSkeleton, describeFailure, EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import {
  type AlertFilter,
  alertFilters,
  isOpen,
  type ListedAlert,
  listAlerts,
  orderOpen,
  partOf,
  readAlertFilter,
} from './alert-list.ts';
import { AlertRow } from './alert-row.tsx';
import classes from './alerts.module.css';
import { SilenceDialog } from './silence-dialog.tsx';
import { SilenceList } from './silence-list.tsx';
import { useAlerts } from './use-alerts.ts';
import { useRowKeys } from './use-row-keys.ts';

/** Every alert: what is open first, what ended after it, and what is silenced. */
export function AlertsPage() {
  const plan = usePlanName();
  const may = useMay('respond', plan);
  const [silencing, setSilencing] = useState(false);
  const [search] = useSearchValues();
  const { data: overview } = useOverview(plan);
  const { data, error } = useAlerts(plan, search.rule, search.severity);
  const settled = useSettled();
  const [shown, setShown] = useState(false);
  // Everything comes at once, so that nothing is pushed down; a filter that is chosen later keeps the page as it is.
  if (!shown && settled && overview !== undefined && (data !== undefined || error !== null)) setShown(true);
  return (
    <Page
      title="Alerts"
      state={shown ? <Sentence /> : ' '}
      actions={
        may ? (
          <Button variant="default" onClick={() => setSilencing(true)}>
            Silence a rule…
          </Button>
        ) : undefined
      }
    >
      {shown ? (
        <>
          <AlertLists plan={plan} may={may} />
          <SilenceList plan={plan} may={may} />
        </>
      ) : (
        <>
          <BlockSkeleton height={44} />
          <Section title="Alerts">
            <RowsSkeleton rows={5} height={64} />
          </Section>
        </>
      )}
      {silencing ? <SilenceDialog plan={plan} about={undefined} onClose={() => setSilencing(false)} /> : null}
    </Page>
  );
}

function Sentence() {
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  const alerts = useLive((snapshot) => snapshot.alerts);
  const silences = useLive((snapshot) => snapshot.plan?.silences.length ?? 0);
  if (!known) return <> </>;
  const open = alerts.filter(isOpen);
  const unanswered = open.filter(({ acknowledged, state }) => acknowledged === undefined && state === 'firing').length;
  const pending = alerts.filter(({ state }) => state === 'pending').length;
  const parts = [
    open.length === 0
      ? 'Nothing fires.'
      : `${plural(open.length, 'alert')} open${unanswered === 0 ? ', all in hand.' : `, ${unanswered} with nobody on it.`}`,
    ...(pending === 0 ? [] : [`${plural(pending, 'rule')} about to fire.`]),
    ...(silences === 0 ? [] : [`${plural(silences, 'silence')} in force.`]),
  ];
  return <span data-live="">{parts.join(' ')}</span>;
}

function AlertLists({ plan, may }: { readonly plan: string; readonly may: boolean }) {
  const [search, change] = useSearchValues();
  const filter = readAlertFilter(search.state);
  const { data: overview } = useOverview(plan);
  const live = useLive((snapshot) => snapshot.alerts);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useAlerts(
    plan,
    search.rule,
    search.severity,
  );
  const acknowledge = useAcknowledge(plan);
  const severities = overview?.severities.map(({ name }) => name) ?? [];
  const stored = data?.pages.flatMap(({ alerts }) => alerts) ?? [];
  const all = listAlerts(stored, live).filter(({ rule }) => search.rule === undefined || rule === search.rule);
  const matching = all.filter(({ severity }) => search.severity === undefined || severity === search.severity);
  const shown = matching.filter((alert) => filter === 'all' || partOf(alert) === filter);
  const parts = {
    open: orderOpen(
      shown.filter((alert) => partOf(alert) === 'open'),
      severities,
    ),
    pending: shown.filter((alert) => partOf(alert) === 'pending'),
    resolved: shown.filter((alert) => partOf(alert) === 'resolved'),
  };
  const order = [...parts.open, ...parts.pending, ...parts.resolved];
  const list = useRef<HTMLDivElement>(null);
  useRowKeys(list, order, may ? (alert) => acknowledgeRow(alert) : undefined);

  function acknowledgeRow({ alert, version, acknowledged, state }: ListedAlert): void {
    if (alert === undefined || version === undefined || acknowledged !== undefined || state === 'resolved') return;
    acknowledge.mutate({ alert, version });
  }

  const filtered = search.rule !== undefined || search.severity !== undefined || filter !== 'all';
  const rows = (alerts: readonly ListedAlert[]) => (
    <ul className={classes.list}>
      {alerts.map((alert) => (
        <AlertRow
          key={alert.key}
          plan={plan}
          alert={alert}
          onAcknowledge={may ? () => acknowledgeRow(alert) : undefined}
          busy={acknowledge.isPending && acknowledge.variables.alert === alert.alert}
        />
      ))}
    </ul>
  );
  return (
    <>
      <div className={classes.filters}>
        <Chips<AlertFilter>
          label="State"
          chosen={filter}
          choices={(Object.keys(alertFilters) as AlertFilter[]).map((value) => ({
            value,
            name: alertFilters[value],
            count:
              value === 'open' || value === 'pending'
                ? matching.filter((one) => partOf(one) === value).length
                : undefined,
          }))}
          onChoose={(value) => change({ state: value === 'all' ? undefined : value })}
        />
        {severities.length < 2 ? null : (
          <Chips
            label="Severity"
            chosen={search.severity ?? ''}
            choices={[{ value: '', name: 'Every severity' }, ...severities.map((name) => ({ value: name, name }))]}
            onChoose={(value) => change({ severity: value === '' ? undefined : value })}
          />
        )}
        <label className={classes.rule}>
          <span className="wb-spoken">Rule</span>
          <select
            value={search.rule ?? ''}
            onChange={(event) =>
              change({ rule: event.currentTarget.value === '' ? undefined : event.currentTarget.value })
            }
          >
            <option value="">Every rule</option>
            {(overview?.rules ?? []).map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {acknowledge.error === null ? null : (
        <p className={classes.notice} role="alert">
          {describeFailure(acknowledge.error).message} {describeFailure(acknowledge.error).hint}
        </p>
      )}
      <div ref={list} className={classes.parts}>
        {error !== null && data === undefined ? (
          <ErrorState error={error} title="The alerts could not be loaded" onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <Section title="Alerts">
            <RowsSkeleton rows={5} height={64} />
          </Section>
        ) : order.length === 0 ? (
          <Nothing
            filtered={filtered}
            onClear={() => change({ state: undefined, severity: undefined, rule: undefined })}
          />
        ) : (
          <>
            {parts.open.length === 0 ? null : (
              <Section title="Open" aside={parts.open.length}>
                {rows(parts.open)}
              </Section>
            )}
            {parts.pending.length === 0 ? null : (
              <Section title="About to fire" aside={parts.pending.length}>
                {rows(parts.pending)}
              </Section>
            )}
            {parts.resolved.length === 0 ? null : <Section title="Over">{rows(parts.resolved)}</Section>}
          </>
        )}
        {hasNextPage ? (
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show earlier alerts
          </Button>
        ) : null}
      </div>
    </>
  );
}

function Nothing({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }) {
  if (filtered) {
    return (
      <Section title="Alerts">
        <EmptyState
          title="No alert matches"
          action={
            <Button variant="default" size="sm" onClick={onClear}>
              Show all alerts
            </Button>
          }
        >
          There are none of this kind among those that are loaded.
        </EmptyState>
      </Section>
    );
  }
  return (
    <Section title="Alerts">
      <EmptyState title="No rule has fired yet" snippet="npx watchbill demo break payments">
        When a rule of the plan fires, its alert stands here until it is over, with the reason and everybody who was
        told. In the demo, this makes one within half a minute:
      </EmptyState>
    </Section>
  );
}
