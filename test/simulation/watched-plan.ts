import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from '#kernel/instant.ts';
import type { CompiledPlan, Condition, Measure, Rule, Test } from '#plan/model.ts';

/** The plan that the simulation watches, made by hand: each rule is there for some of the invariants. */
export const PLAN = 'shop';

export const MONTH_MS = 30 * DAY_MS;
export const BURST_REPEAT_MS = 20 * SECOND_MS;
export const LASTING_MS = 4 * SECOND_MS;
export const QUIET_MS = 4 * SECOND_MS;
export const SAID_LASTING_MS = 3 * SECOND_MS;

/** When the simulated time begins, and where the phase in the middle of a run lies. */
export const START: Instant = 1_790_000_000_000;
export const MIDDLE = { from: START + 9 * SECOND_MS, to: START + 20 * SECOND_MS } as const;

function counted(id: string, windowMs: number, by: readonly string[] = []): Measure {
  const text = `count(failure) over ${windowMs}ms`;
  return { id, text, function: 'count', source: 'failure', by, window: { kind: 'sliding', ms: windowMs } };
}

const measures: readonly Measure[] = [
  counted('failures-10s', 10_000),
  counted('failures-5s', 5_000),
  counted('failures-by-route', 8_000, ['route']),
];

function above(id: string, measure: string, limit: number, by: readonly string[] = []): Test {
  return {
    kind: 'comparison',
    id,
    text: `${measure} > ${limit}`,
    signals: [measure],
    left: { kind: 'measure', measure },
    comparison: { operator: '>', right: { kind: 'constant', value: limit } },
    by,
    atLeast: 0,
    unit: { base: 'count', shown: '' },
  };
}

const tests: readonly Test[] = [
  above('burst', 'failures-10s', 3),
  above('some', 'failures-5s', 1),
  above('route', 'failures-by-route', 2, ['route']),
  { kind: 'silence', id: 'quiet', text: 'no beat in 4s', source: 'beat', forMs: QUIET_MS },
];

function rule(name: string, when: Condition, more: Partial<Rule> = {}): Rule {
  return {
    name,
    text: name,
    when: { otherwise: when },
    severity: { otherwise: 'urgent' },
    enabled: true,
    by: [],
    resolveAfterMs: 0,
    repeatMs: 4 * HOUR_MS,
    conditionHash: JSON.stringify(when),
    ...more,
  };
}

const SAID: Condition = {
  kind: 'or',
  of: [
    { kind: 'review-wrong', review: 'first' },
    { kind: 'comparison-differs', comparison: 'books' },
  ],
};

const rules: readonly Rule[] = [
  rule('burst', { kind: 'test', test: 'burst' }, { repeatMs: BURST_REPEAT_MS }),
  rule('lasting', { kind: 'for', id: 'for-1', of: { kind: 'test', test: 'some' }, ms: LASTING_MS }),
  rule('route', { kind: 'test', test: 'route' }, { by: ['route'], resolveAfterMs: 2_000 }),
  rule('quiet', { kind: 'test', test: 'quiet' }, { repeatMs: MONTH_MS }),
  rule('judged', SAID),
];

const bothFire: Condition = {
  kind: 'and',
  of: ['read', 'burst'].map((name) => ({ kind: 'rule-firing', rule: name }) as const),
};

/** Where there are people: what only they decide in phases, for a time, read by others; and what they decide together with tests. */
const rulesOfPeople: readonly Rule[] = [
  rule('judged-lasting', { kind: 'for', id: 'for-2', of: SAID, ms: SAID_LASTING_MS }, { repeatMs: BURST_REPEAT_MS }),
  rule('judged-reader', { kind: 'rule-firing', rule: 'judged-lasting' }),
  rule('judged-middle', SAID, { when: { phases: { middle: SAID } } }),
  rule('mixed', { kind: 'and', of: [SAID, { kind: 'test', test: 'burst' }] }),
  rule('mixed-lasting', {
    kind: 'for',
    id: 'for-3',
    of: { kind: 'and', of: [SAID, { kind: 'test', test: 'some' }] },
    ms: 1_000,
  }),
  rule('read', SAID),
  rule('reads-both', bothFire),
];

/** The rules in which people have a say; all others are what they are without people. */
export const saidRules: ReadonlySet<string> = new Set(['judged', ...rulesOfPeople.map(({ name }) => name)]);

const vouched = { source: 'failure', during: [], by: { text: 'mia', people: ['mia'] } };

/** The phases of a run with people. */
const phases: CompiledPlan['phases'] = [
  { name: 'begin', span: { kind: 'instants', from: 0, to: MIDDLE.from } },
  { name: 'middle', span: { kind: 'instants', ...MIDDLE } },
  { name: 'end', span: { kind: 'offsets', fromMs: MIDDLE.to } },
];

/** The plan of a version: the second one drops a rule's notice, so that applying it is more than a number. */
export function watchedPlan(version: number, stretchWindowsByMs = 0, withPeople = false): CompiledPlan {
  return {
    name: PLAN,
    title: `Shop ${version}`,
    timezone: 'UTC',
    launch: 0,
    phases: withPeople ? phases : [],
    people: [{ name: 'mia' }],
    roles: {},
    channels: [
      {
        name: 'ops',
        kind: 'webhook',
        settings: { url: { literal: 'https://hooks.example/in' }, secret: { secret: 'OPS' } },
      },
    ],
    severities: [
      {
        name: 'urgent',
        means: [],
        notify: [
          { kind: 'person', person: 'mia', channels: ['app'] },
          { kind: 'channel', channel: 'ops', target: 'webhook:ops' },
        ],
      },
    ],
    services: [],
    sources: {
      failure: { name: 'failure', event: 'failure', units: {} },
      beat: { name: 'beat', event: 'beat', units: {} },
    },
    measures: Object.fromEntries(
      measures.map((measure) => [
        measure.id,
        { ...measure, window: { kind: 'sliding', ms: measure.window.ms + stretchWindowsByMs } },
      ]),
    ),
    signals: [],
    objectives: [],
    tests: Object.fromEntries(tests.map((test) => [test.id, test])),
    rules: withPeople ? [...rules, ...rulesOfPeople] : rules,
    reviews: [{ ...vouched, name: 'first', first: 20, show: [] }],
    comparisons: [{ ...vouched, name: 'books', key: 'id', fields: [] }],
  };
}

export function filesOf(version: number): readonly { readonly path: string; readonly text: string }[] {
  return [{ path: 'plan.yaml', text: `version ${version}` }];
}

/** Stands in for the compiler: the text is the number of the version. */
export function versionOf(files: readonly { readonly text: string }[]): number {
  return Number(files[0]?.text.replace('version ', ''));
}
