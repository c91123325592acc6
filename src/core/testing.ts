import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Condition, Rule, Test } from '#plan/model.ts';
import type { Recipient } from '#plan/people.ts';
import { type GroupKey, type Truth, UNGROUPED, type Verdict } from '#plan/reading.ts';
import type { Alert, CoreInput, Fact, Step, World } from './model.ts';
import type { NotificationIntent } from './notification.ts';
import { step } from './step.ts';
import { emptyWorld } from './world.ts';

/** Hand-made plans and a player of inputs, for the tests of the core. Tests are named by letters; `a` is the id of test `a`. */

export const MIA: Recipient = { kind: 'person', person: 'mia', channels: ['app'] };
export const OPS: Recipient = { kind: 'channel', channel: 'ops', target: 'webhook:ops' };

export function isTrue(test: string): Condition {
  return { kind: 'test', test };
}

export function lasting(of: Condition, ms: number, id = 'for-1'): Condition {
  return { kind: 'for', id, of, ms };
}

/** A rule on `when` with severity `urgent`, no `for`, no wait before it resolves, repeated every 4 hours. */
export function rule(name: string, when: Condition, more: Partial<Rule> = {}): Rule {
  return {
    name,
    text: name,
    when: { otherwise: when },
    severity: { otherwise: 'urgent' },
    enabled: true,
    by: [],
    resolveAfterMs: 0,
    repeatMs: 14_400_000,
    conditionHash: JSON.stringify([when, more.when ?? null, more.until ?? null]),
    ...more,
  };
}

/** Tests whose name is a capital letter are grouped by `route`. */
export function plan(rules: readonly Rule[], more: Partial<CompiledPlan> = {}): CompiledPlan {
  const tests: Record<string, Test> = {};
  for (const id of [...'abcdABCD']) {
    tests[id] = {
      kind: 'comparison',
      id,
      text: `${id} > 5%`,
      signals: [id],
      left: { kind: 'measure', measure: id },
      comparison: { operator: '>', right: { kind: 'constant', value: 0.05 } },
      by: id === id.toUpperCase() ? ['route'] : [],
      atLeast: 0,
      unit: { base: 'fraction', shown: '%' },
    };
  }
  return {
    name: 'shop',
    title: 'Shop',
    timezone: 'Europe/Berlin',
    phases: [],
    people: [{ name: 'mia' }],
    roles: {},
    channels: [],
    severities: [
      { name: 'urgent', means: [], notify: [MIA, OPS] },
      { name: 'soon', means: [], notify: [MIA] },
    ],
    services: [],
    sources: {},
    measures: {},
    signals: [],
    objectives: [],
    tests,
    rules,
    ...more,
  };
}

/** `a` or, in group `/x`, `A/x`. */
export function verdict(name: string, truth: Truth, at: Instant, more: Partial<Verdict> = {}): Verdict {
  const group: GroupKey = name.length === 1 ? UNGROUPED : JSON.stringify([name.slice(1)]);
  return {
    test: name.slice(0, 1),
    group,
    truth,
    at,
    reading:
      truth === 'unknown'
        ? { state: 'no data', reason: 'no-events', sampleSize: 0, at }
        : { state: 'value', value: truth === 'true' ? 0.08 : 0.01, sampleSize: 50, at },
    against: [0.05],
    ...more,
  };
}

/** Plays inputs against a world that cannot be changed, and keeps what came out. */
export class Play {
  world: World;
  last: Step | undefined;
  readonly facts: Fact[] = [];
  readonly notifications: NotificationIntent[] = [];
  /** Every alert there ever was, as last stored. */
  readonly alerts: Map<string, Alert> = new Map();

  constructor(of: CompiledPlan | World, at: Instant = 0) {
    this.world = 'line' in of ? of : emptyWorld(of, 1, at);
  }

  input(input: CoreInput, now: Instant): Step {
    freeze(this.world);
    const result = step(this.world, input, now);
    this.facts.push(...result.facts);
    this.notifications.push(...result.notifications);
    for (const row of result.changes) if (row.kind === 'alert') this.alerts.set(row.key, row);
    this.world = result.world;
    this.last = result;
    return result;
  }

  /** Verdicts at `at`, which is also the watermark and the clock: `{ a: 'true' }`. */
  say(at: Instant, truths: Readonly<Record<string, Truth>>): Step {
    const verdicts = Object.entries(truths).map(([name, truth]) => verdict(name, truth, at));
    return this.input({ kind: 'verdicts', planVersion: this.world.line.version, watermark: at, verdicts }, at);
  }

  /** Several verdicts, each at its own instant, in one input. */
  batch(verdicts: readonly Verdict[], watermark: Instant): Step {
    return this.input({ kind: 'verdicts', planVersion: 1, watermark, verdicts }, watermark);
  }

  /** Nothing changes until `at`. */
  pass(at: Instant): Step {
    return this.say(at, {});
  }

  clock(now: Instant): Step {
    return this.input({ kind: 'clock' }, now);
  }

  /** `fired A-1`, `resolved A-1 condition-false`, …: the facts in short. */
  story(from = 0): readonly string[] {
    return this.facts.slice(from).map((fact) => `${fact.at} ${fact.kind} ${fact.subject} ${fact.reason}`);
  }

  /** `A-1 fired 0 mia app` for every notification. */
  told(): readonly string[] {
    return this.notifications.map(
      ({ identity: { episode, step: what, cycle, recipient, channel } }) =>
        `${episode} ${what} ${cycle} ${recipient} ${channel}`,
    );
  }
}

/** Freezes plain objects, and makes writing to a map throw. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Map) {
    const refuse = (): never => {
      throw new Error('The world that went into a step was changed');
    };
    Object.defineProperties(value, { set: { value: refuse }, delete: { value: refuse }, clear: { value: refuse } });
    for (const inner of value.values()) freeze(inner);
  } else {
    for (const inner of Object.values(value)) freeze(inner);
  }
  Object.freeze(value);
}
