import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Condition } from '#plan/model.ts';
import type { Truth, Verdict } from '#plan/reading.ts';
import { foldVouching } from './fold-vouching.ts';
import type { CoreInput, Step } from './model.ts';
import { isTrue, lasting, MIA, Play, plan, rule, verdict } from './testing.ts';
import { emptyWorld, loadWorld } from './world.ts';

const SECOND = 1_000;
const asked = { text: 'mia', people: ['mia'] };
const common = { source: 'sales', during: [], by: asked };
const reviews = ['first', 'second'].map((name) => ({ ...common, name, first: 20, show: [] }));
const comparisons = [{ ...common, name: 'books', key: 'invoice', fields: [] }];

const wrong: Condition = { kind: 'review-wrong', review: 'first' };
const differs: Condition = { kind: 'comparison-differs', comparison: 'books' };
const told = { notify: [MIA] };
const rules = [
  rule('judged', { kind: 'or', of: [wrong, differs] }, told),
  rule('mixed', { kind: 'and', of: [wrong, lasting(isTrue('a'), 4 * SECOND)] }, told),
  rule('lasting', lasting(differs, 3 * SECOND), told),
  rule(
    'reader',
    {
      kind: 'and',
      of: [
        { kind: 'rule-firing', rule: 'judged' },
        { kind: 'not', of: isTrue('b') },
      ],
    },
    told,
  ),
  rule('well', { kind: 'not', of: { kind: 'review-wrong', review: 'second' } }, told),
];
const shop = plan(rules, { reviews, comparisons });

const who = fc.record({ by: fc.constantFrom('mia', 'noah'), via: fc.constantFrom('web', 'cli') });
const expectedVersion = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
const command: fc.Arbitrary<CoreInput> = fc
  .tuple(
    who,
    expectedVersion,
    fc.oneof(
      fc.record({
        kind: fc.constant('judge-sample' as const),
        review: fc.constantFrom('first', 'second', 'third'),
        sample: fc.constantFrom('1', '2', '3'),
        verdict: fc.constantFrom('right', 'wrong', 'wrong', 'settled'),
        note: fc.constantFrom('so', 'otherwise'),
        label: fc.constant('INV'),
        eventAt: fc.constantFrom(1, 2),
      }),
      fc.record({
        kind: fc.constant('compare' as const),
        comparison: fc.constant('books'),
        upload: fc.constantFrom('u1', 'u2', 'u3'),
        from: fc.constantFrom(0, 10),
        to: fc.constantFrom(20, 30),
        rows: fc.constant(3),
        differences: fc.integer({ min: 0, max: 2 }),
        examples: fc.constant([]),
      }),
      fc.record({
        kind: fc.constantFrom('settle-comparison', 'mark-not-applicable'),
        comparison: fc.constant('books'),
        note: fc.constantFrom('so', 'otherwise'),
      }),
    ),
  )
  .map(([by, version, said]) => {
    const expected = said.kind === 'compare' || version === undefined ? {} : { expectedVersion: version };
    return { ...said, ...by, ...expected } as CoreInput;
  });
const truth: fc.Arbitrary<Truth> = fc.constantFrom('true', 'false', 'unknown');
/** What happens one after the other: a verdict of a test, a command, or half a minute without a word of intake. */
const happening = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b'), truth),
  command,
  command,
  fc.constant('silence' as const),
  fc.constant('plan' as const),
);
const stories = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 * SECOND }), happening), { maxLength: 40 });

type Story = readonly (readonly [
  gapMs: number,
  happening: typeof happening extends fc.Arbitrary<infer One> ? One : never,
])[];

/** Plays a story; with `late`, verdicts are told with the next that is no verdict, else each by itself. */
function played(story: Story, late: boolean, watch: (play: Play, result: Step) => void = () => {}): Play {
  const play = new Play(emptyWorld(shop, 0, 0));
  play.input({ kind: 'apply', plan: shop, version: 1, by: 'mia' }, 0);
  let waiting: Verdict[] = [];
  let now = SECOND;
  const tell = (): void => {
    watch(play, play.batch(waiting, now));
    waiting = [];
  };
  for (const [gapMs, what] of story) {
    now += gapMs;
    if (Array.isArray(what)) {
      waiting.push(verdict(what[0], what[1], now));
      if (!late) tell();
      continue;
    }
    tell();
    if (what === 'silence') {
      now += 30 * SECOND;
      watch(play, play.clock(now));
    } else if (what === 'plan') {
      watch(play, play.input({ kind: 'apply', plan: shop, version: play.world.line.version + 1, by: 'mia' }, now));
    } else {
      watch(play, play.input(what as CoreInput, now));
    }
  }
  now += 20 * SECOND;
  tell();
  return play;
}

it('rows, facts and conditions say the same at any time', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const rows = new Map<string, unknown>();
      const play = played(story, false, (at, { changes, removals }) => {
        for (const row of changes) rows.set(`${row.kind} ${row.key}`, row);
        for (const row of removals) rows.delete(`${row.kind} ${row.key}`);
        const { samples, comparisons: compared, judgements } = at.world;
        const stands =
          [...samples.values()].some(({ review, state }) => review === 'first' && state === 'wrong') ||
          compared.get('books')?.state === 'different';
        expect(judgements.get('judged []')?.state).toBe(stands ? 'firing' : undefined);
      });
      const { samples, comparisons: compared } = play.world;
      const stored = [...rows].filter(([key]) => /^(?:sample|comparison) /.test(key)).map(([, row]) => row);
      expect(new Set(stored)).toEqual(new Set([...samples.values(), ...compared.values()]));
      expect(foldVouching(play.facts)).toEqual({ samples, comparisons: compared });
      const again = loadWorld(shop, 1, stored as never);
      expect({ samples: again.samples, comparisons: again.comparisons }).toEqual({ samples, comparisons: compared });
    }),
    { numRuns: 300 },
  );
});

it('tells the same story however verdicts are cut into batches around what people say', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const facts = (late: boolean) => played(story, late).facts.filter(({ subject }) => subject !== 'plan');
      expect(facts(true)).toEqual(facts(false));
    }),
    { numRuns: 300 },
  );
});

it('every refusal has its reason, and leaves everything as it was', () => {
  fc.assert(
    fc.property(stories, (story) => {
      played(story, false, (_, { outcome, changes, facts }) => {
        if (outcome?.state !== 'refused') return;
        expect(changes.filter(({ kind }) => kind !== 'plan')).toEqual([]);
        expect(facts.map(({ kind, reason }) => [kind, reason])).toEqual(
          outcome.code === 'not-found' ? [] : [['command-refused', outcome.reason]],
        );
      });
    }),
    { numRuns: 100 },
  );
});
