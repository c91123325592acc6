import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Condition, Rule } from '#plan/model.ts';
import type { Truth, Verdict } from '#plan/reading.ts';
import type { CoreInput, Fact } from './model.ts';
import { isTrue, lasting, MIA, Play, plan, rule, verdict } from './testing.ts';

/**
 * Rules that only people decide beside rules of the executors and rules of both, in phases, with repeats, durations and readers, while the
 * executors talk at once, late, or not at all. What the one decides must not depend on when the other is heard.
 */
const SECOND = 1_000;
const END = 150 * SECOND;
const LAST = END + 20 * SECOND;

const wrong: Condition = { kind: 'review-wrong', review: 'first' };
const asked = { text: 'mia', people: ['mia'] };
const reviews = [{ name: 'first', source: 'sales', first: 20, during: [], show: [], by: asked }];
const told = { notify: [MIA], repeatMs: 25 * SECOND };
const late = { phases: { late: wrong } };

const peoples: readonly Rule[] = [
  rule('said', wrong, told),
  rule('said-long', lasting(wrong, 7 * SECOND), told),
  rule('said-late', wrong, { ...told, when: late }),
  rule('said-early', wrong, { ...told, when: { phases: { early: { kind: 'not', of: lasting(wrong, 5 * SECOND) } } } }),
  rule('said-reader', { kind: 'rule-firing', rule: 'said-long' }, told),
];
const tested: readonly Rule[] = [
  rule('plain', isTrue('a'), { ...told, resolveAfterMs: SECOND }),
  rule('patient', lasting(isTrue('b'), 6 * SECOND), told),
  rule('early', isTrue('a'), { ...told, when: { phases: { early: isTrue('a') } } }),
  rule('reader', { kind: 'rule-firing', rule: 'patient' }, told),
];
const mixed: readonly Rule[] = [
  rule('both', { kind: 'and', of: [wrong, isTrue('a')] }, told),
  rule('both-long', lasting({ kind: 'and', of: [wrong, isTrue('b')] }, 3 * SECOND), told),
  // Nobody measures it, but who reads it reads a measured rule too.
  rule('read', wrong, told),
  rule(
    'reads-both',
    { kind: 'and', of: ['read', 'plain'].map((name) => ({ kind: 'rule-firing', rule: name }) as const) },
    told,
  ),
];
const phases = [
  { name: 'early', span: { kind: 'offsets', fromMs: 0, toMs: 60 * SECOND } },
  { name: 'late', span: { kind: 'offsets', fromMs: 60 * SECOND } },
] as const;

const names = (rules: readonly Rule[]): ReadonlySet<string> => new Set(rules.map(({ name }) => name));

interface Story {
  readonly verdicts: readonly Verdict[];
  /** Instants at which somebody says something of the next sample: wrong, or settled when it is wrong already. */
  readonly said: readonly number[];
}

/** Verdicts at even instants and words at odd ones, so that their order does not depend on which is heard first. */
const stories: fc.Arbitrary<Story> = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: 10_000 }),
        fc.constantFrom('a', 'b'),
        fc.constantFrom<Truth>('true', 'false', 'unknown'),
      ),
      { maxLength: 20 },
    ),
    fc.array(fc.integer({ min: 300, max: 10_000 }), { maxLength: 8 }),
  )
  .map(([changes, gaps]) => {
    let at = 0;
    const verdicts = changes.map(([gap, name, truth]) => {
      at += gap * 2;
      return verdict(name, truth, at);
    });
    let saidAt = 1;
    const said = gaps.map((gap) => {
      saidAt += gap * 2;
      return saidAt;
    });
    return { verdicts: verdicts.filter((one) => one.at < END), said: said.filter((one) => one < END) };
  });

/** A sample is not judged twice before the executors have come so far: what lies between is not remembered. */
const SAMPLES = 4;

interface Intake {
  /** How far behind the clock it is. */
  readonly lagMs: number;
  /** When it says nothing. */
  readonly away?: readonly [from: number, until: number];
}

function played(rules: readonly Rule[], { verdicts, said }: Story, { lagMs, away }: Intake): Play {
  const play = new Play(plan(rules, { reviews, launch: 0, phases }));
  const [awayFrom, awayUntil] = away ?? [LAST, LAST];
  const inputs: { readonly at: number; readonly input: CoreInput }[] = [];
  // Executors that are not late have come to the instant of a word before it.
  const regular = Array.from({ length: LAST / 500 + 1 }, (_, place) => place * 500);
  const ticks = [...regular, ...(lagMs === 0 ? said : [])].toSorted((left, right) => left - right);
  let heardUntil = 0;
  for (const at of ticks) {
    if (at > awayFrom && at < awayUntil) continue;
    const watermark = Math.max(heardUntil, at - lagMs);
    const heard = verdicts.filter((one) => one.at > heardUntil && one.at <= watermark);
    inputs.push({ at, input: { kind: 'verdicts', planVersion: 1, watermark, verdicts: heard } });
    heardUntil = watermark;
  }
  const common = { kind: 'judge-sample', review: 'first', label: 'x', by: 'mia', via: 'web' } as const;
  said.forEach((at, place) => {
    const sample = String(place % SAMPLES);
    const given = place < SAMPLES ? 'wrong' : 'settled';
    inputs.push({ at, input: { ...common, sample, verdict: given, note: `n${place}` } });
  });
  for (const { at, input } of inputs.toSorted((left, right) => left.at - right.at)) {
    wake(play, at);
    play.input(input, at);
  }
  wake(play, LAST);
  return play;
}

/** The clock wakes the core when it asks for it; it must not ask without end. */
function wake(play: Play, at: number): void {
  let last = Number.NEGATIVE_INFINITY;
  for (let due = play.last?.dueAt; due !== undefined && due <= at; due = play.last?.dueAt) {
    expect(due).toBeGreaterThan(last);
    last = due;
    play.clock(due);
  }
}

/** What became of some rules, without the numbers of their alerts. */
function storyOf(play: Play, rules: readonly Rule[]): readonly string[] {
  const wanted = names(rules);
  return play.facts
    .filter(({ at, body }) => at <= END && wanted.has(String(body['rule'])))
    .map(
      ({ at, kind, reason, body }) => `${at} ${String(body['rule'])} ${kind} ${reason} ${String(body['cycle'] ?? '')}`,
    )
    .toSorted();
}

function problemsOf(facts: readonly Fact[]): readonly string[] {
  const opened = new Map<string, number>();
  const ended = new Map<string, number>();
  return facts.flatMap(({ at, kind, subject }) => {
    if (!subject.startsWith('A-')) return [];
    if (kind === 'alert-fired') opened.set(subject, at);
    const openedAt = opened.get(subject);
    const endedAt = ended.get(subject);
    if (kind === 'alert-resolved') ended.set(subject, at);
    if (openedAt === undefined || at < openedAt) return [`${subject}: ${kind} at ${at}, before it opened`];
    return endedAt !== undefined && at < endedAt ? [`${subject}: ${kind} at ${at}, before it ended`] : [];
  });
}

const lag = fc.constantFrom(0, 100, 1_500, limits.executorSilentMs - 1_000);
const away = fc.option(fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 5, max: 120 })), { nil: undefined });
const intakes: fc.Arbitrary<Intake> = fc.tuple(lag, away).map(([lagMs, stretch]) => {
  if (stretch === undefined) return { lagMs };
  const [from, length] = stretch;
  return { lagMs, away: [from * SECOND, (from + length) * SECOND] };
});
const runs = { numRuns: 100 };

describe('what only people decide', () => {
  it('does not depend on intake', () => {
    fc.assert(
      fc.property(stories, intakes, (story, intake) => {
        const expected = storyOf(played(peoples, { ...story, verdicts: [] }, { lagMs: 0 }), peoples);
        expect(storyOf(played([...peoples, ...tested, ...mixed], story, intake), peoples)).toEqual(expected);
      }),
      runs,
    );
  });

  it('changes nothing of what the executors decide', () => {
    fc.assert(
      fc.property(stories, intakes, (story, intake) => {
        const expected = storyOf(played(tested, { ...story, said: [] }, intake), tested);
        expect(storyOf(played([...peoples, ...tested, ...mixed], story, intake), tested)).toEqual(expected);
      }),
      runs,
    );
  });
});

it('what both decide does not depend on how late the executors are', () => {
  fc.assert(
    fc.property(stories, lag, (story, lagMs) => {
      const all = [...peoples, ...tested, ...mixed];
      expect(storyOf(played(all, story, { lagMs }), all)).toEqual(storyOf(played(all, story, { lagMs: 0 }), all));
    }),
    runs,
  );
});

it('nothing is told of an alert before it opened, and nothing ends before it began', () => {
  const all = [...peoples, ...tested, ...mixed].map(
    (one, place, { length }): Rule => ({
      ...one,
      // Each keeps another quiet, people's rules those of executors and the other way round.
      ...(place % 3 === 0 ? { unless: [...peoples, ...tested, ...mixed][(place + 5) % length]?.name ?? '' } : {}),
      ...(place % 3 === 1 ? { family: 'f' } : {}),
    }),
  );
  fc.assert(
    fc.property(stories, intakes, (story, intake) => {
      const play = played(all, story, intake);
      expect(problemsOf(play.facts)).toEqual([]);
      for (const { openedAt, resolvedAt = openedAt } of play.alerts.values())
        expect(resolvedAt).toBeGreaterThanOrEqual(openedAt);
    }),
    runs,
  );
});
