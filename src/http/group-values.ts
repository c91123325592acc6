import type { World } from '#core/model.ts';
import type { GroupKey } from '#plan/reading.ts';

/** The values of a group as the API shows them; empty for what has no groups. */
export function groupValues(group: GroupKey): string[] {
  return (JSON.parse(group) as readonly unknown[]).map(String);
}

/**
 * The group of a rule that is shown by these values. One that the plan has met is found with its own types (500 is a number there); one
 * that it has not met yet is one of texts.
 */
export function groupKeyOf(world: World | undefined, rule: string, values: readonly string[]): GroupKey {
  const wanted = JSON.stringify(values);
  const known = [...(world?.judgements.values() ?? []), ...(world?.alerts.values() ?? [])];
  const met = known.find((row) => row.rule === rule && JSON.stringify(groupValues(row.group)) === wanted);
  return met?.group ?? wanted;
}
