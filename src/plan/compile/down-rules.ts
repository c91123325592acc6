import type { Condition, Rule, Test, TestId } from '../model.ts';
import type { Probe } from '../probe.ts';
import { valuesOf } from './by-phase.ts';

/** What the rules that mean that a service is down are looked for in. */
export interface DownSurroundings {
  readonly rules: readonly Rule[];
  readonly tests: Readonly<Record<TestId, Test>>;
  readonly probes: readonly Probe[];
}

/**
 * The rules that mean that a service is down where its line does not say: those of the service whose condition is made only of failures
 * to reach it. What else may be wrong with a service leaves those that need it at work.
 */
export function defaultDownRules(service: string, { rules, tests, probes }: DownSurroundings): readonly string[] {
  const reaching = new Set(
    probes.filter((probe) => probe.service === service && isReach(probe)).map(({ name }) => name),
  );
  return rules
    .filter((rule) => rule.enabled && rule.service === service)
    .filter((rule) => valuesOf(rule.when).every((condition) => isOutOfReach(condition, service, reaching, tests)))
    .map(({ name }) => name);
}

/**
 * Whether a failure of a probe says that its target cannot be reached: a query that expects something looks at the data, and what is sent and
 * confirmed says more than that.
 */
export function isReach({ check, expect, confirm }: Probe): boolean {
  if (check.kind === 'http') return check.method !== 'POST' && confirm === undefined;
  return check.kind === 'tcp' || (check.kind === 'query' && expect.length === 0);
}

function isOutOfReach(
  condition: Condition,
  service: string,
  reaching: ReadonlySet<string>,
  tests: Readonly<Record<TestId, Test>>,
): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.every((part) => isOutOfReach(part, service, reaching, tests));
    case 'for':
      return isOutOfReach(condition.of, service, reaching, tests);
    case 'test': {
      const test = tests[condition.test];
      if (test?.kind !== 'probe' || test.is !== 'failing') return false;
      return test.part === undefined ? reaching.has(test.probe) : test.part === service;
    }
    default:
      return false;
  }
}
