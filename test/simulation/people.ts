import type { Alert, Silence } from '#core/model.ts';
import type { ComparisonResult, Sample } from '#core/vouched.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Coverage, Sight } from './coverage.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Chance } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { PLAN } from './watched-plan.ts';

export interface PeopleOptions {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly store: MemoryStore;
  readonly coverage: Coverage;
  /** The core that would answer now, if any does. */
  readonly core: () => Core | undefined;
  readonly onProblem: (message: string) => void;
}

const NAMES = ['mia', 'noah', 'zoe'] as const;

/** People who acknowledge and silence whenever they like: also twice, too late, as they saw it a while ago, and at the very due instant. */
export class People {
  /** Who was told that they acknowledged an alert, by its id. */
  readonly acknowledged = new Map<string, string>();
  /** Silences that somebody was told of, and those of which somebody was told that they ended them. */
  readonly silenced = new Set<string>();
  readonly endedSilences = new Set<string>();
  /** Versions of samples and comparisons that somebody was told of, by kind and key. */
  readonly said = new Map<string, number>();
  readonly #options: PeopleOptions;

  constructor(options: PeopleOptions) {
    this.#options = options;
  }

  act(): void {
    const { chance } = this.#options;
    const what = chance.fraction();
    if (what < 0.24) this.#acknowledge();
    else if (what < 0.36) this.#acknowledgeWhenDue();
    else if (what < 0.6) this.#silence();
    else if (what < 0.7) this.#endSilence();
    else this.#vouch();
  }

  #alerts(state: Alert['state']): readonly Alert[] {
    return [...this.#options.store.of(PLAN).aggregates.values()].filter(
      (row): row is Alert => row.kind === 'alert' && row.state === state,
    );
  }

  #acknowledge(): void {
    const { chance, coverage } = this.#options;
    const alerts = this.#alerts(chance.happens(0.9) ? 'firing' : 'resolved');
    if (alerts.length === 0) return;
    const { key, version } = chance.pick(alerts);
    const stale = chance.happens(0.15);
    if (stale) coverage.see('command with an old version');
    const expected = stale ? { expectedVersion: version - 1 } : chance.happens(0.5) ? { expectedVersion: version } : {};
    const times = chance.happens(0.25) ? 2 : 1;
    if (times > 1) coverage.see('acknowledged by two at once');
    for (let time = 0; time < times; time += 1) this.#giveAcknowledge(key, chance.pick(NAMES), expected);
  }

  /** Within 5 ms of a repeat, before or after. */
  #acknowledgeWhenDue(): void {
    const { chance, scheduler, coverage } = this.#options;
    const due = this.#alerts('firing').filter(({ repeatAt }) => repeatAt !== undefined && repeatAt > scheduler.wall);
    if (due.length === 0) return;
    const { key, repeatAt = 0 } = chance.pick(due);
    scheduler.after(Math.max(0, repeatAt - scheduler.wall + chance.whole(-5, 5)), () => {
      coverage.see('acknowledged at a due instant');
      this.#giveAcknowledge(key, chance.pick(NAMES), {});
    });
  }

  #giveAcknowledge(alert: string, by: string, expected: { readonly expectedVersion?: number }): void {
    this.#give(
      (core) => core.acknowledge(PLAN, { alert, by, via: 'web', ...expected }),
      (row) => {
        this.#options.coverage.see('alert acknowledged');
        if (row.acknowledged?.by !== by) this.#options.onProblem(`${by} acknowledged ${alert}: ${JSON.stringify(row)}`);
        this.acknowledged.set(alert, by);
      },
    );
  }

  #silence(): void {
    const { chance, scheduler, coverage } = this.#options;
    const rule = chance.pick(['burst', 'lasting', 'route', 'quiet', 'all']);
    const group = rule === 'route' && chance.happens(0.5) ? { group: '["/a"]' } : {};
    const until = scheduler.wall + chance.whole(500, 12_000);
    const named = rule === 'all' ? {} : { rule, ...group };
    this.#give(
      (core) => core.silence(PLAN, { ...named, until, reason: 'moving', by: chance.pick(NAMES), via: 'web' }),
      ({ key }) => {
        coverage.see('silence began');
        this.silenced.add(key);
      },
    );
  }

  #endSilence(): void {
    const { chance, store, coverage } = this.#options;
    const silences = [...store.of(PLAN).aggregates.values()].filter((row): row is Silence => row.kind === 'silence');
    if (silences.length === 0) return;
    const { key, version } = silences.at(-chance.whole(1, Math.min(3, silences.length))) ?? chance.pick(silences);
    const expected = chance.happens(0.5) ? { expectedVersion: version } : {};
    this.#give(
      (core) => core.endSilence(PLAN, { silence: key, by: chance.pick(NAMES), via: 'web', ...expected }),
      () => {
        coverage.see('silence ended by hand');
        this.endedSilences.add(key);
      },
    );
  }

  /** Says something of a sample or a list: in any order, also twice and of what stands otherwise by now. */
  #vouch(): void {
    const { chance } = this.#options;
    const by = chance.pick(NAMES);
    const expected = chance.happens(0.3) ? { expectedVersion: chance.whole(0, 3) } : {};
    const given = { by, via: 'web', note: 'so it is', ...expected } as const;
    const what = chance.fraction();
    if (what < 0.6) {
      const verdict = chance.pick(['wrong', 'right', 'settled'] as const);
      const sample = { review: 'first', sample: chance.pick(['e-1', 'e-2']), label: 'INV', verdict };
      const times = chance.happens(0.25) ? 2 : 1;
      for (let time = 0; time < times; time += 1) {
        this.#say('sample judged', (core) => core.judgeSample(PLAN, { ...given, ...sample }));
      }
      return;
    }
    if (what < 0.8) {
      const { expectedVersion: _seen, note: _note, ...command } = { expectedVersion: 0, ...given };
      const list = { comparison: 'books', upload: `u-${chance.whole(1, 9)}`, rows: 3, differences: chance.whole(0, 2) };
      this.#say('list compared', (core) => core.compare(PLAN, { ...command, ...list, examples: [] }));
      return;
    }
    const closes = chance.happens(0.7) ? 'settleComparison' : 'markNotApplicable';
    this.#say('comparison closed', (core) => core[closes](PLAN, { ...given, comparison: 'books' }));
  }

  #say(sight: Sight, command: (core: Core) => Promise<Sample | ComparisonResult>): void {
    this.#give(command, ({ kind, key, version }) => {
      this.#options.coverage.see(sight);
      const place = `${kind} ${key}`;
      this.said.set(place, Math.max(version, this.said.get(place) ?? 0));
    });
  }

  /** Who has no answer, because the core died or its store is away, knows nothing; refusals are those that have a reason. */
  #give<Row>(command: (core: Core) => Promise<Row>, done: (row: Row) => void): void {
    const { scheduler, chance, coverage, onProblem } = this.#options;
    scheduler.after(chance.between(0.1, 10), () => {
      const core = this.#options.core();
      if (core === undefined) return;
      command(core).then(done, (caught: unknown) => {
        const code = caught instanceof WatchbillError ? caught.code : undefined;
        if (code === 'version-conflict' || code === 'already-done') coverage.see('command refused');
        else if (code !== 'not-ready' && code !== 'invalid-request') onProblem(`A command failed: ${String(caught)}`);
      });
    });
  }
}
