import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan, Rule } from '#plan/model.ts';
import type { Truth, Verdict } from '#plan/reading.ts';
import { Draft } from './draft.ts';
import type { Alert } from './model.ts';
import { downNeedNow, isResolving, rank, refusalOf } from './refusal.ts';
import { silencesOf } from './silences.ts';
import { Play, verdict } from './testing.ts';

const SECOND = 1_000;
const SERVICES = 5;
const RULES = 8;

interface RuleText {
  readonly service: number;
  readonly unless: number;
  readonly severity: string;
  readonly threshold: number;
  readonly reach: boolean;
}

const places = (count: number) => fc.integer({ min: 0, max: count - 1 });
const services = fc.array(
  fc.record({
    needs: fc.uniqueArray(places(SERVICES), { minLength: 1, maxLength: 3 }),
    down: fc.option(fc.array(places(RULES), { minLength: 1, maxLength: 3 }), { freq: 3 }),
  }),
  { minLength: SERVICES, maxLength: SERVICES },
);
const rules: fc.Arbitrary<readonly RuleText[]> = fc.array(
  fc.record({
    service: fc.integer({ min: -1, max: SERVICES - 1 }),
    unless: fc.integer({ min: -2 * RULES, max: RULES - 1 }),
    severity: fc.constantFrom('urgent', 'urgent', 'soon', 'soon', 'mute', 'none'),
    threshold: fc.integer({ min: 0, max: 1 }),
    reach: fc.boolean(),
  }),
  { minLength: RULES, maxLength: RULES },
);

/** Half of the services need only those after them, so that enough plans have no circle. */
const texts = fc.tuple(services, rules, fc.boolean()).map(([written, lines, downwards]) => {
  const serviceLines = written.map(({ needs, down }, place) => {
    const others = downwards ? needs.filter((need) => need > place) : needs;
    const says = down === null ? '' : `, down: [${down.map((rule) => `r${rule}`).join(', ')}]`;
    return `  s${place}: { needs: [${others.map((need) => `s${need}`).join(', ')}]${says} }\n`;
  });
  const probeLines = written.map(
    (_, place) => `  p${place}: { check: "tcp s${place}.example:443", service: s${place} }\n`,
  );
  const ruleLines = lines.map(({ service, unless, severity, threshold, reach }, place) => {
    const when =
      reach && service >= 0
        ? `p${service} fails ${place + 1} times in a row`
        : `f${place % 4} > ${threshold * RULES + place}`;
    const quiet = unless < 0 || unless === place ? '' : `, unless: r${unless}`;
    return `  r${place}: { when: ${when}, severity: ${severity}${service < 0 ? '' : `, service: s${service}`}${quiet} }\n`;
  });
  return `plan: needs
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by app] }, soon: { notify: [mia by app] }, mute: {} }
sources: { a: events "a" }
signals: { f0: count(a) over 1m, f1: sum(a.x) over 1m, f2: avg(a.x) over 1m, f3: max(a.x) over 1m }
services:
${serviceLines.join('')}probes:
${probeLines.join('')}rules:
${ruleLines.join('')}`;
});

type Happening =
  | { readonly kind: 'truth'; readonly rule: number; readonly truth: Truth; readonly more: boolean }
  | { readonly kind: 'silence'; readonly rule: number; readonly ms: number }
  | { readonly kind: 'acknowledge'; readonly rule: number }
  | { readonly kind: 'time'; readonly ms: number };

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('truth' as const),
        rule: places(RULES),
        truth: fc.constantFrom<Truth>('true', 'true', 'false', 'unknown'),
        more: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('silence' as const),
        rule: places(RULES),
        ms: fc.integer({ min: SECOND, max: 300 * SECOND }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), rule: places(RULES) }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 200 * SECOND }) }),
    },
  ),
  { minLength: 10, maxLength: 40 },
);

function happen(play: Play, one: Happening, plan: CompiledPlan, now: number): void {
  const name = one.kind === 'time' ? '' : `r${one.rule}`;
  const alert = [...play.world.alerts.values()].find(({ rule, state }) => rule === name && state === 'firing')?.key;
  if (one.kind === 'silence') {
    const until = now + one.ms;
    const command = { rule: name, until, reason: 'moving', by: 'mia', via: 'web', request: `at-${now}` } as const;
    play.input({ kind: 'silence', ...command }, now);
  } else if (one.kind === 'acknowledge') {
    if (alert !== undefined) play.input({ kind: 'acknowledge', alert, by: 'mia', via: 'web' }, now);
  } else if (one.kind === 'truth') {
    const changed = plan.rules.slice(one.rule, one.rule + (one.more ? 3 : 1));
    play.batch(
      changed.flatMap((rule) => verdictsOf(rule, one.truth, now)),
      now,
    );
  } else {
    play.pass(now);
  }
}

/** Of the one test that a rule of these plans reads. */
function verdictsOf({ when }: Rule, truth: Truth, at: number): readonly Verdict[] {
  const condition = when.otherwise;
  return condition?.kind === 'test' ? [{ ...verdict('a', truth, at), test: condition.test }] : [];
}

/** Whether somebody has been told of an alert, or has said that it need not be. */
function isKnown(play: Play, alert: Alert): boolean {
  return alert.told || alert.acknowledged !== undefined || silencesOf(play.world, alert).length > 0;
}

/** Whether it can be judged now if an alert is over. */
function isJudged(play: Play, key: string): boolean {
  const judgement = [...play.world.judgements.values()].find(({ alert }) => alert === key);
  return judgement !== undefined && judgement.unknownSince === undefined;
}

/** Checks, at rest, that among all that fires something is known to people. */
function check(play: Play, plan: CompiledPlan): void {
  const open = [...play.world.alerts.values()].filter(({ state }) => state === 'firing');
  const draft = new Draft(play.world);
  const audible = open.filter((alert) => alert.severity !== 'none' && alert.recipients.length > 0);
  const known = open.some((alert) => isKnown(play, alert));
  const last = (alert: Alert) =>
    play.facts.findLast(({ kind, subject }) => kind === 'not-notified' && subject === alert.key);
  // A rule that tells nobody and is named by `unless` is there for that; then its author wants silence.
  const mutes = new Set(open.filter((alert) => !audible.includes(alert)).map(({ rule }) => rule));
  const wanted = plan.rules.some(({ unless }) => unless !== undefined && mutes.has(unless));
  const waiting = audible.filter((alert) => !isResolving(draft, alert));
  if (waiting.length > 0 && !wanted) expect(known, waiting.map(({ rule }) => rule).join(', ')).toBe(true);
  for (const alert of waiting) {
    if (isKnown(play, alert)) continue;
    const refusal = last(alert);
    expect(refusal, `${alert.key} is kept quiet for a reason`).toBeDefined();
    const rule = draft.index.rules.get(alert.rule);
    const now = rule === undefined ? undefined : refusalOf(draft, alert, rule);
    if (now?.reason === 'needs-down') for (const key of now.by ?? []) expect(isJudged(play, key), key).toBe(true);
    // What people do may take a reason away; that is looked at when something opens or ends.
    const isLeftAlone = !play.facts.some(({ kind }) => kind === 'alert-acknowledged' || kind === 'silence-began');
    if (isLeftAlone) expect(now, `${alert.key} is still quiet for a reason`).toBeDefined();
    if (refusal?.reason !== 'needs-down' || wanted) continue;
    expect(known).toBe(true);
    if (downNeedNow(play.world, alert) === undefined) continue;
    const asUrgent = open.some((other) => isKnown(play, other) && rank(draft, other) <= rank(draft, alert));
    expect(asUrgent, `${alert.key} is kept quiet by what is as urgent`).toBe(true);
  }
}

describe('services that need others', () => {
  it('never keep everybody from hearing', () => {
    let compiled = 0;
    let held = 0;
    fc.assert(
      fc.property(texts, happenings, (text, story) => {
        const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
        if (plan === undefined) return;
        compiled += 1;
        const play = new Play(plan);
        let now = SECOND;
        for (const one of story) {
          now += one.kind === 'time' ? one.ms : 1;
          happen(play, one, plan, now);
          check(play, plan);
        }
        held += play.facts.filter(({ reason }) => reason === 'needs-down').length;
      }),
      { numRuns: 200 },
    );
    // Plans that are refused, and stories in which nothing is kept quiet, would prove nothing.
    expect(compiled).toBeGreaterThan(30);
    expect(held).toBeGreaterThan(5);
  });
});
