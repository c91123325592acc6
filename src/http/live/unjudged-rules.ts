import { and, not, or } from '#core/conditions.ts';
import type { World } from '#core/model.ts';
import { inForce, phaseOf } from '#core/phases.ts';
import { vouchedAgainst } from '#core/vouching.ts';
import { MINUTE_MS } from '#kernel/instant.ts';
import type { Condition, TestId } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';

/** A figure may be without data for a moment, such as after a start; for longer than this somebody should know. */
const BLIND_AFTER_MS = MINUTE_MS;

/**
 * Names of the enabled rules in force that nobody can judge, although the plan receives events: a test that decides has had no data in any
 * group for longer than a minute. A rule that its other tests decide alone is judged.
 */
export function unjudgedRules(world: World, receives: boolean): string[] {
  if (!receives) return [];
  return world.plan.rules
    .filter((rule) => rule.enabled)
    .filter((rule) => {
      const when = inForce(rule, phaseOf(world, rule.name))?.when;
      return when !== undefined && truthOf(when, world) === 'unknown';
    })
    .map(({ name }) => name);
}

/** Unknown is only what has been without data for long: all else counts as true where any group has it so. */
function truthOf(condition: Condition, world: World): Truth {
  switch (condition.kind) {
    case 'test':
      return truthOfTest(condition.test, world);
    case 'rule-firing': {
      const fires = [...world.alerts.values()].some(({ rule, state }) => rule === condition.rule && state === 'firing');
      return fires ? 'true' : 'false';
    }
    case 'review-wrong':
    case 'comparison-differs':
      return vouchedAgainst(world, condition) ? 'true' : 'false';
    case 'not':
      return not(truthOf(condition.of, world));
    case 'for':
      return truthOf(condition.of, world);
    case 'and':
      return condition.of.map((part) => truthOf(part, world)).reduce(and, 'true');
    case 'or':
      return condition.of.map((part) => truthOf(part, world)).reduce(or, 'false');
  }
}

function truthOfTest(test: TestId, world: World): Truth {
  const verdicts = [...(world.verdicts.get(test)?.values() ?? [])];
  const isBlind =
    verdicts.length > 0 &&
    verdicts.every(
      ({ truth, reading, at }) =>
        truth === 'unknown' && reading.state === 'no data' && world.watermark - at > BLIND_AFTER_MS,
    );
  if (isBlind) return 'unknown';
  return verdicts.some(({ truth }) => truth === 'true') ? 'true' : 'false';
}
