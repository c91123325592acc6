import type { EventFieldsAnswer } from '#contract/data.ts';

/** What rules read by the names of probes and jobs, and not as sources. */
const meanings: Readonly<Record<string, string>> = {
  check: 'what probes find',
  heartbeat: 'what jobs say when they check in',
};

/** What the plan does with events of a name: reads them, waits for them, or neither. */
export function purposeOf(
  event: Pick<EventFieldsAnswer['events'][number], 'name' | 'own' | 'sources' | 'probes'>,
): string {
  const { name, own, sources, probes } = event;
  if (own) return 'what Watchbill decides, as events';
  const parts = [
    ...(sources.length === 0 ? [] : [`read as ${sources.join(', ')}`]),
    ...(probes.length === 0 ? [] : [`confirms ${probes.join(', ')}`]),
  ];
  return parts.length === 0 ? (meanings[name] ?? 'the plan reads none of it') : parts.join('; ');
}
