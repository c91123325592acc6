import type { World } from '#core/model.ts';
import type { Core } from '#engine/core-process.ts';
import { spansOf, type VouchedSpan } from '#insight/vouching/spans.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { Source } from '#plan/model.ts';
import type { Comparison, Review } from '#plan/vouching.ts';
import { requirePlan } from './known-plan.ts';
import { rulesAsking } from './rules-about.ts';

/** A review or comparison with all that is known of whom and what it asks. */
export interface Asked<Line extends Review | Comparison> {
  readonly line: Line;
  readonly world: World;
  readonly source: Source;
  /** When the events were, or will be, that it asks about. */
  readonly spans: readonly VouchedSpan[];
}

/** The plan as it stands. Throws `not-found` for one that is not there, `not-ready` for one that was never held. */
export function worldOf(core: Pick<Core, 'plans' | 'lastWorld'>, plan: string): World {
  requirePlan(core, plan);
  const world = core.lastWorld(plan);
  if (world === undefined) throw new WatchbillError('not-ready', `The plan ${plan} has not been taken up yet.`, plan);
  return world;
}

/** What a line of the plan asks about. */
export function askedOf<Line extends Review | Comparison>(world: World, line: Line): Asked<Line> {
  const { plan } = world;
  const source = plan.sources[line.source];
  if (source === undefined) throw new Error(`The source ${line.source} of ${line.name} is not in the plan.`);
  return { line, world, source, spans: spansOf(plan, plan.launch ?? world.line.launchedAt, line.during) };
}

/** One line by its name. Throws `not-found`. */
export function findAsked<Line extends Review | Comparison>(
  world: World,
  lines: readonly Line[] | undefined,
  name: string,
  what: string,
): Asked<Line> {
  const line = lines?.find((one) => one.name === name);
  if (line === undefined) throw new WatchbillError('not-found', `The plan has no ${what} "${name}".`, name);
  return askedOf(world, line);
}

/** What reviews and comparisons have in common, as the API shows it. */
export function viewAsked({ line, world, spans }: Asked<Review | Comparison>, now: Instant) {
  const from = spans[0]?.from;
  const to = spans.at(-1)?.to;
  const span: 'not-begun' | 'open' | 'closed' =
    from === undefined || to === undefined || now < from ? 'not-begun' : now < to ? 'open' : 'closed';
  const rules = rulesAsking(world.plan, (unit) =>
    'first' in line
      ? unit.kind === 'review-wrong' && unit.review === line.name
      : unit.kind === 'comparison-differs' && unit.comparison === line.name,
  );
  return {
    ...{ name: line.name, source: line.source, during: [...line.during], span, rules: [...rules] },
    by: { text: line.by.text, people: [...line.by.people] },
    ...(line.service === undefined ? {} : { service: line.service }),
    ...(from === undefined ? {} : { from: formatInstant(from) }),
    ...(to === undefined || to === Number.POSITIVE_INFINITY ? {} : { to: formatInstant(to) }),
  };
}
