import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Rule } from '#plan/model.ts';
import type { Truth, Verdict } from '#plan/reading.ts';
import { foldedOf, foldFacts } from './fold.ts';
import type { Step } from './model.ts';
import { isTrue, lasting, MIA, Play, plan, rule, verdict } from './testing.ts';

const SECOND = 1_000;

const rules: readonly Rule[] = [
  rule('plain', isTrue('a'), { repeatMs: 40 * SECOND }),
  rule('patient', lasting(isTrue('a'), 20 * SECOND), { resolveAfterMs: 10 * SECOND, unless: 'plain' }),
  rule('nested', lasting({ kind: 'or', of: [lasting(isTrue('b'), 5 * SECOND), isTrue('c')] }, 8 * SECOND, 'for-2')),
  rule('sticky', isTrue('b'), { until: { otherwise: isTrue('c') }, family: 'f', notify: [MIA] }),
  rule(
    'negated',
    { kind: 'and', of: [isTrue('a'), { kind: 'not', of: lasting(isTrue('b'), 6 * SECOND) }] },
    { family: 'f' },
  ),
  rule('routes', { kind: 'and', of: [isTrue('A'), { kind: 'not', of: isTrue('c') }] }, { by: ['route'] }),
  rule('reads', { kind: 'and', of: [{ kind: 'rule-firing', rule: 'plain' }, isTrue('b')] }),
  rule('phased', isTrue('a'), {
    when: { phases: { first: isTrue('a') }, otherwise: lasting(isTrue('a'), 3 * SECOND) },
  }),
];
const shop = plan(rules, {
  launch: 0,
  phases: [
    { name: 'first', span: { kind: 'offsets', fromMs: 0, toMs: 50 * SECOND } },
    { name: 'after', span: { kind: 'offsets', fromMs: 50 * SECOND } },
  ],
});

const truths: fc.Arbitrary<Truth> = fc.constantFrom('true', 'false', 'unknown', 'true', 'false');
/** Changes at most 10 s apart over a few minutes, several of them possibly at one instant. */
const stories: fc.Arbitrary<readonly Verdict[]> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom('a', 'b', 'c', 'A/x', 'A/y'), truths), {
    maxLength: 40,
  })
  .map((changes) => {
    let at = SECOND;
    return changes.map(([gap, name, truth]) => {
      // Half of the gaps are none, so that several tests change at one instant.
      at += gap < 5_000 ? 0 : gap;
      return verdict(name, truth, at);
    });
  });

/** Plays a story cut into batches wherever time has passed and `cut` says so; the clock is the watermark. */
function played(story: readonly Verdict[], cut: (index: number) => boolean, extraClocks = false): Play {
  const play = new Play(shop);
  let batch: Verdict[] = [];
  story.forEach((change, index) => {
    const next = story[index + 1];
    batch.push(change);
    if (next === undefined || next.at === change.at || !cut(index)) return;
    play.batch(batch, change.at);
    if (extraClocks) play.clock(change.at + Math.min(next.at - change.at, limits.executorSilentMs));
    batch = [];
  });
  play.batch(batch, (story.at(-1)?.at ?? 0) + 100 * SECOND);
  return play;
}

/** Repeats that a long batch makes up for only once are not part of what must be equal. */
function essence(play: Play): unknown {
  const facts = play.facts.filter(
    (fact) => fact.kind !== 'notified' && fact.kind !== 'not-notified' && fact.subject !== 'plan',
  );
  const told = play.notifications
    .filter(({ identity }) => identity.step !== 'repeated')
    .map(({ identity: { cycle: _cycle, ...identity }, createdAt }) => ({ ...identity, createdAt }));
  return { facts, told };
}

describe('the core', () => {
  it('tells the same story however its inputs are cut into batches', () => {
    fc.assert(
      fc.property(stories, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (story, cuts) => {
        const whole = essence(played(story, () => false));
        expect(essence(played(story, (index) => cuts[index] === true))).toEqual(whole);
        expect(essence(played(story, () => true, true))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same outputs for the same inputs, and never changes the world that goes in', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const first = played(story, () => true);
        const second = played(story, () => true);
        expect(second.facts).toEqual(first.facts);
        expect(second.notifications).toEqual(first.notifications);
        expect(second.world).toEqual(first.world);
      }),
      { numRuns: 100 },
    );
  });

  it('never has two open alerts for a rule and group, and its facts fold to the stored rows', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const play = played(story, () => true);
        const open = [...play.alerts.values()].filter(({ state }) => state === 'firing');
        expect(new Set(open.map((alert) => `${alert.rule} ${alert.group}`)).size).toBe(open.length);
        const folded = foldFacts(play.facts);
        for (const alert of play.alerts.values()) expect(folded.get(alert.key)).toEqual(foldedOf(alert));
        expect(folded.size).toBe(play.alerts.size);
        const identities = play.notifications.map(({ identity }) => JSON.stringify(identity));
        expect(new Set(identities).size).toBe(identities.length);
      }),
      { numRuns: 300 },
    );
  });

  it('reports every changed row, so that stored rows equal the world', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const play = new Play(shop);
        const rows = new Map<string, unknown>();
        const keep = (result: Step): void => {
          for (const row of result.changes) rows.set(`${row.kind} ${row.key}`, row);
          for (const row of result.removals) rows.delete(`${row.kind} ${row.key}`);
        };
        for (const change of story) keep(play.batch([change], change.at));
        for (const judgement of play.world.judgements.values()) {
          expect(rows.get(`judgement ${judgement.key}`)).toEqual(judgement);
        }
        const stored = [...rows.keys()].filter((key) => key.startsWith('judgement'));
        expect(stored.length).toBe(play.world.judgements.size);
        for (const alert of play.world.alerts.values()) expect(rows.get(`alert ${alert.key}`)).toEqual(alert);
      }),
      { numRuns: 100 },
    );
  });
});

describe('fire and resolve in every interleaving of six events', () => {
  // Two rules without a wait; each event is a truth of one of them, in one input or spread over six, at one instant or at six.
  const two = plan([rule('one', isTrue('a'), { notify: [MIA] }), rule('two', isTrue('b'), { notify: [MIA] })]);
  const events = ['a true', 'a false', 'b true', 'b false'] as const;

  it('pages every episode once and every told end once', () => {
    for (let code = 0; code < 4 ** 6; code += 1) {
      const sequence = Array.from({ length: 6 }, (_, place) => events[Math.floor(code / 4 ** place) % 4] ?? 'a true');
      for (const sameInstant of [true, false]) {
        const story = sequence.map((event, place) => {
          const [name = 'a', truth] = event.split(' ');
          return verdict(name, truth as Truth, sameInstant ? SECOND : SECOND + place);
        });
        const play = new Play(two);
        play.batch(story, 2 * SECOND);
        for (const name of ['one', 'two']) {
          const truthsOfRule = sequence.filter((event) => event.startsWith(name === 'one' ? 'a' : 'b'));
          const episodes = countRises(truthsOfRule);
          const alerts = [...play.alerts.values()].filter((alert) => alert.rule === name);
          expect(alerts.length, sequence.join(', ')).toBe(episodes);
          for (const alert of alerts) {
            const steps = play.notifications
              .filter(({ identity }) => identity.episode === alert.key)
              .map(({ identity }) => identity.step);
            const expected = alert.flapping
              ? ['flapping']
              : alert.state === 'resolved'
                ? ['fired', 'resolved']
                : ['fired'];
            expect(steps, sequence.join(', ')).toEqual(expected);
          }
        }
      }
    }
  });
});

function countRises(events: readonly string[]): number {
  let rises = 0;
  let firing = false;
  for (const event of events) {
    const truth = event.endsWith('true');
    if (truth && !firing) rises += 1;
    firing = truth;
  }
  return rises;
}
