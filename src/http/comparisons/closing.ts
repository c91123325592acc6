import type { markNotAvailable, settleComparison } from '#contract/comparisons.ts';
import type { CloseComparisonCommand } from '#engine/commands.ts';
import type { VerbInput } from '../verb.ts';
import { viaOf } from '../via.ts';

/** The command of whoever closes a comparison, one way or the other. */
export function closing({
  params: { comparison },
  body,
  actor,
  header,
}: VerbInput<typeof markNotAvailable | typeof settleComparison>): CloseComparisonCommand {
  return { comparison, ...body, by: actor.name, via: viaOf(actor, header) };
}
