import type { Aggregate, AggregateKind, Fact, Step } from '#core/model.ts';
import type { NotificationIntent } from '#core/notification.ts';

/** What several steps, each from the world of the one before, write together. */
export interface MergedSteps {
  readonly changes: readonly Aggregate[];
  readonly removals: readonly { readonly kind: AggregateKind; readonly key: string }[];
  readonly facts: readonly Fact[];
  readonly notifications: readonly NotificationIntent[];
}

/** Merges the writes of successive steps into those of one commit: of each row only the last word counts. */
export function mergeSteps(steps: readonly Step[]): MergedSteps {
  const first = steps[0];
  if (steps.length === 1 && first !== undefined) return first;
  const rows = new Map<string, { kind: AggregateKind; key: string; row?: Aggregate }>();
  for (const step of steps) {
    for (const { kind, key } of step.removals) rows.set(`${kind} ${key}`, { kind, key });
    for (const row of step.changes) rows.set(`${row.kind} ${row.key}`, { kind: row.kind, key: row.key, row });
  }
  const changes: Aggregate[] = [];
  const removals: { kind: AggregateKind; key: string }[] = [];
  for (const { kind, key, row } of rows.values()) {
    if (row === undefined) removals.push({ kind, key });
    else changes.push(row);
  }
  return {
    changes,
    removals,
    facts: steps.flatMap((step) => step.facts),
    notifications: steps.flatMap((step) => step.notifications),
  };
}
