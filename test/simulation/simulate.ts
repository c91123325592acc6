import type { Alert, CoreInput, Step, World } from '#core/model.ts';
import { step } from '#core/step.ts';
import type { Store } from '#core/store.ts';
import type { Core } from '#engine/core-process.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Disk } from '#kernel/ports.ts';
import { Client } from './client.ts';
import { CoreNode } from './core-node.ts';
import { Coverage, type Sight } from './coverage.ts';
import { drawFaults, type Faults, noFaults } from './faults.ts';
import { IntakeNode } from './intake-node.ts';
import { SimulatedLink } from './link.ts';
import { MemoryStore } from './memory-store.ts';
import { judgeRemains, type Violation } from './oracles.ts';
import { People } from './people.ts';
import { Provider } from './provider.ts';
import { Chance } from './random.ts';
import { Scheduler, type SimulatedProcess } from './scheduler.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { filesOf, MONTH_MS, PLAN, START } from './watched-plan.ts';

/** Parts that a planted bug replaces; what is left out is the real thing. */
export interface Alterations {
  readonly store?: (store: Store) => Store;
  readonly disk?: (disk: Disk) => Disk;
  /** A step for each life of the core. */
  readonly makeStep?: () => (world: World, input: CoreInput, now: Instant) => Step;
  readonly stretchWindowsByMs?: number;
  /** False leaves alerts to themselves. */
  readonly people?: boolean;
  /** More than a seed would draw of some faults, so that a bug is met soon. */
  readonly faults?: Partial<Faults>;
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly coverage: Coverage;
  /** What the run left in the store, to be looked at when a seed fails. */
  readonly store: MemoryStore;
  /** Events of the scheduler. */
  readonly events: number;
}

/** What alerts of rules in which people have a say prove to have been met. */
const SAID_SIGHTS: Readonly<Record<string, Sight>> = {
  'judged-lasting': 'said for a time',
  'judged-middle': 'said in a phase',
  mixed: 'said with a test',
  'reads-both': 'said beside a test',
};

/** What may take this long after everything was healed, and no longer. */
const HEALED_MS = 60_000;

/** One run: start, traffic under faults, healing, thirty days later, judgement. The same seed gives the same run. */
export async function simulate(seed: number, alterations: Alterations = {}): Promise<RunResult> {
  const simulation = new Simulation(seed, alterations);
  await simulation.run();
  return {
    seed,
    violations: simulation.violations,
    coverage: simulation.coverage,
    events: simulation.scheduler.events,
    store: simulation.store,
  };
}

class Simulation {
  readonly coverage = new Coverage();
  readonly violations: Violation[] = [];
  readonly scheduler: Scheduler;
  readonly #chance: Chance;
  readonly store = new MemoryStore();
  readonly #loaded = new Set<string>();
  readonly #disk: SimulatedDisk;
  readonly #provider: Provider;
  readonly #intake: IntakeNode;
  readonly #cores: readonly CoreNode[];
  readonly #clients: readonly Client[];
  /** A stream of choices of their own: runs without them are what they were before there were any. */
  readonly #peoplesChance: Chance;
  readonly #people: People;
  readonly #withPeople: boolean;
  #faults: Faults = noFaults;
  readonly #drawn: Faults;
  #link: SimulatedLink | undefined;
  #windowsFrom: Instant | undefined;
  #sending = false;
  /** Times in which nobody listened, as the core heard of them, by their ends. */
  readonly #unheard = new Map<Instant, { readonly from: Instant; readonly until: Instant }>();
  /** What had been judged when intake found blocks again that the disk had refused to an earlier run, by `blockKey`. */
  readonly #foundAt = new Map<string, Instant>();
  /** Jumps of the clock together stay within the promise about repeated requests. */
  #jumpsLeftMs = 240_000;

  constructor(seed: number, alterations: Alterations) {
    this.#chance = new Chance(seed);
    this.scheduler = new Scheduler(this.#chance.fork(), START);
    this.#drawn = { ...drawFaults(this.#chance), ...alterations.faults };
    const { scheduler, coverage } = this;
    const faults = (): Faults => this.#faults;
    const onProblem = (message: string): void => void this.violations.push({ invariant: 'bug', message });
    this.#withPeople = alterations.people ?? true;
    const shared = { scheduler, faults, coverage, onProblem };
    const withPeople = this.#withPeople;
    this.#provider = new Provider(scheduler, faults, coverage);
    this.#disk = new SimulatedDisk(
      scheduler,
      faults,
      coverage,
      (segment) => this.#loaded.has(segment),
      (process) => this.#mayKillIntake(process),
    );
    const owners = this.#drawn.secondCore ? ['core-a', 'core-b'] : ['core-a'];
    this.#cores = owners.map(
      (owner) =>
        new CoreNode({
          ...shared,
          withPeople,
          owner,
          store: this.store,
          provider: this.#provider,
          alterStore: alterations.store ?? ((store) => store),
          makeStep: () => this.#watched(alterations.makeStep?.() ?? step),
        }),
    );
    this.#intake = new IntakeNode({
      ...shared,
      withPeople,
      disk: this.#disk,
      loaded: this.#loaded,
      alterDisk: alterations.disk ?? ((disk) => disk),
      stretchWindowsByMs: alterations.stretchWindowsByMs ?? 0,
      onExecutorMade: (at) => {
        this.#windowsFrom ??= at;
      },
    });
    this.#peoplesChance = new Chance(seed ^ 0x70656f70);
    this.#people = new People({
      scheduler,
      chance: this.#peoplesChance,
      store: this.store,
      coverage,
      core: () => this.#answering(),
      onProblem,
    });
    this.#clients = ['x', 'y', 'z'].map(
      (name) => new Client({ ...shared, name, chance: this.#chance.fork(), intake: this.#intake }),
    );
  }

  /** The step, with a note of what it is told of times in which nobody listened and of late blocks: the reference has to know them. */
  #watched(inner: typeof step): typeof step {
    return (world, input, now) => {
      if (input.kind === 'verdicts' && input.complete === true) this.#noteFound(world.watermark);
      if (input.kind === 'verdicts' && input.unheard !== undefined && input.unheard.until > world.watermark) {
        const { from, until } = input.unheard;
        // What was judged already was heard, even where intake does not remember it.
        this.#unheard.set(until, { from: Math.max(from, world.watermark), until });
      }
      return inner(world, input, now);
    };
  }

  /** A run of intake tells everything for the first time: what the disk had refused to the runs before it may be in that. */
  #noteFound(watermark: Instant): void {
    if (this.#link === undefined) return;
    for (const [block, process] of this.#disk.refused) {
      if (process !== this.#link.intake && !this.#foundAt.has(block)) this.#foundAt.set(block, watermark);
    }
  }

  async run(): Promise<void> {
    const { scheduler } = this;
    this.#tendLink();
    this.#apply(1);
    const started = await scheduler.runUntil(() => this.#windowsFrom !== undefined, 30_000);
    if (!started) return this.#violate('P2', 'It did not start within 30 s.');

    this.#faults = this.#drawn;
    this.#sending = true;
    for (const client of this.#clients) this.#keepSending(client);
    if (this.#withPeople) this.#letPeopleAct();
    this.#meddle();
    if (this.#chance.happens(0.3)) {
      scheduler.after(this.#chance.between(2_000, 15_000), () => {
        this.coverage.see('plan applied again');
        this.#apply(2);
      });
    }
    await scheduler.run(this.#chance.between(15_000, 35_000));

    this.#sending = false;
    this.#faults = noFaults;
    // A process that stands still is part of the faults; it goes on before the time of healing counts.
    await scheduler.run(Math.max(0, ...this.#cores.map(({ process }) => process.pausedUntil - scheduler.time)));
    await scheduler.run(22_000);
    const drained = await scheduler.runUntil(() => this.#isQuiet(), HEALED_MS - 22_000);
    if (!drained) this.#violate('P2', `Not everything was done ${HEALED_MS} ms after the faults ended.`);
    if (this.#withPeople) await this.#silenceOverItsEnd();
    await this.#thirtyDaysLater();
    await this.#judge();
  }

  /** With nothing broken: somebody silences what fires, the clock may jump over the end, and it is told once within 10 s. */
  async #silenceOverItsEnd(): Promise<void> {
    const { scheduler } = this;
    const chance = this.#peoplesChance;
    const firing = this.#alerts().filter(({ state, flapping, told, acknowledged, rule }) => {
      return state === 'firing' && !flapping && told && acknowledged === undefined && rule === 'quiet';
    });
    const core = this.#answering();
    const [alert] = firing;
    if (alert === undefined || core === undefined) return;
    const tellings = (): number =>
      [...this.store.of(PLAN).notifications.values()].filter(({ row }) => row.identity.episode === alert.key).length;
    const before = tellings();
    const until = scheduler.wall + chance.whole(1_000, 8_000);
    let began = false;
    const given = { rule: alert.rule, until, reason: 'over its end', by: 'mia', via: 'web' } as const;
    core.silence(PLAN, given).then(
      () => {
        began = true;
      },
      () => {},
    );
    await scheduler.runUntil(() => began, 2_000);
    if (!began) {
      // Where the clock was set back, what lies ahead of it may have been judged already.
      if (this.coverage.counts.has('clock set back')) return;
      return this.#violate('P10', 'A silence was not taken within 2 s, with nothing broken.');
    }
    if (chance.happens(0.5)) {
      this.coverage.see('clock jumped over the end of a silence');
      scheduler.jump(chance.whole(5_000, 60_000));
    } else {
      await scheduler.run(Math.max(0, until - scheduler.wall - 1));
      // Intake's time never goes back: after the clock was set back it is ahead of it.
      const early = tellings() !== before && !this.coverage.counts.has('clock set back');
      if (early) this.#violate('P10', `${alert.key} was told before its silence had ended.`);
    }
    const leftMs = Math.max(0, until - scheduler.wall);
    const told = await scheduler.runUntil(() => tellings() === before + 2, leftMs + 10_000);
    if (!told)
      this.#violate('P10', `${alert.key} was told ${tellings() - before} times after its silence, not to both.`);
    await scheduler.run(12_000);
    if (tellings() > before + 2) this.#violate('P10', `${alert.key} was told more than once after its silence.`);
    await scheduler.runUntil(() => this.#isQuiet(), 10_000);
  }

  /** A due instant farther away than any timer of the platform reaches. */
  async #thirtyDaysLater(): Promise<void> {
    const { scheduler } = this;
    const quiet = this.#alerts().find((alert) => alert.rule === 'quiet' && alert.state === 'firing');
    if (quiet?.repeatAt === undefined) return;
    const repeats = (): number =>
      [...this.store.of(PLAN).notifications.values()].filter(
        ({ row }) => row.identity.episode === quiet.key && row.identity.step === 'repeated',
      ).length;
    const before = repeats();
    const leftMs = quiet.repeatAt - scheduler.wall;
    if (leftMs < MONTH_MS / 2) return;
    scheduler.jump(leftMs - 2_000);
    await scheduler.run(1_900);
    if (repeats() !== before) this.#violate('T2', 'The repeat of thirty days came early.');
    const came = await scheduler.runUntil(() => repeats() === before + 2 && this.#isQuiet(), 15_000);
    if (!came) this.#violate('T2', `The repeat of thirty days came ${repeats() - before} times, not to both.`);
    else this.coverage.see('due after 30 days');
    // The rest of the month's alerts are judged as they stand now.
    await scheduler.run(2_000);
    if (repeats() !== before + 2) this.#violate('T2', 'The repeat of thirty days came more than once.');
    await scheduler.runUntil(() => this.#isQuiet(), 10_000);
  }

  async #judge(): Promise<void> {
    if (this.#windowsFrom === undefined) return this.#violate('bug', 'No windows were ever begun.');
    const counts = this.coverage.counts;
    const count = (...names: Parameters<Coverage['see']>[0][]): number =>
      names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
    const remains = {
      store: this.store,
      blocks: await this.#disk.blocks(),
      taken: this.#provider.taken,
      acknowledged: new Set(this.#clients.flatMap((client) => [...client.acknowledged])),
      repeats: new Map(this.#clients.flatMap((client) => [...client.repeats])),
      windowsFrom: this.#windowsFrom,
      people: this.#people,
      unheard: [...this.#unheard.values()],
      foundAt: this.#foundAt,
      now: this.scheduler.wall,
      clockSetBack: counts.has('clock set back'),
      mayBeDatedBack: counts.has('clock set back') && count('intake killed', 'power lost') > 0,
      // Each crash may cost one message for each that was on its way; what the provider or the store did to us as many.
      excuses:
        count(
          'provider accepted and the answer was lost',
          'provider refused 5xx',
          'provider slow',
          'notification settled late',
        ) +
        10 *
          count(
            'core killed',
            'power lost',
            'core killed between effect and answer',
            'core paused',
            'store away',
            'plan taken over by another core',
          ) +
        count(
          'store refused',
          'store answer lost',
          'store effect late',
          'store slow',
          'clock jumped',
          'clock set back',
        ),
    };
    this.violations.push(...judgeRemains(remains));
    this.#seeWhatHappened();
  }

  #seeWhatHappened(): void {
    const { coverage } = this;
    const rules = new Set<string>();
    for (const alert of this.#alerts()) {
      coverage.see('alert fired');
      if (alert.state === 'resolved') coverage.see('alert resolved');
      const said = SAID_SIGHTS[alert.rule];
      if (said !== undefined) coverage.see(said);
      const key = `${alert.rule} ${alert.group}`;
      if (rules.has(key)) coverage.see('fired again after it resolved');
      rules.add(key);
    }
    for (const { row } of this.store.of(PLAN).notifications.values()) {
      if (row.rule === 'burst' && row.identity.step === 'repeated') coverage.see('notification repeated');
    }
    const { facts, lease } = this.store.of(PLAN);
    for (const { fact } of facts) {
      if (fact.reason === 'silence-expired' && fact.kind === 'silence-ended') coverage.see('silence ended by its time');
      if (fact.reason === 'silence-ended' && fact.kind === 'notified') coverage.see('told at the end of a silence');
      if (fact.reason === 'never-told-of-firing') coverage.see('kept quiet to its end by a silence');
    }
    if (facts.some(({ fact }) => fact.kind === 'alert-cancelled')) coverage.see('alert pending cancelled');
    if (lease?.owner === 'core-b') coverage.see('plan taken over by another core');
  }

  #alerts(): readonly Alert[] {
    return [...this.store.of(PLAN).aggregates.values()].filter((row): row is Alert => row.kind === 'alert');
  }

  /** Nothing is left to do: all is answered, sent, settled and exported. */
  #isQuiet(): boolean {
    const rows = this.store.of(PLAN);
    return (
      this.#clients.every((client) => client.unanswered === 0) &&
      [...rows.notifications.values()].every(({ dueAt }) => dueAt === undefined) &&
      rows.exportedUpTo === rows.facts.length
    );
  }

  /** The core that people reach now. */
  #answering(): Core | undefined {
    const { time } = this.scheduler;
    return this.#cores.find(({ process, core }) => {
      return core !== undefined && process.pausedUntil <= time && this.#holdsPlan(process);
    })?.core;
  }

  #letPeopleAct(): void {
    this.scheduler.after(this.#peoplesChance.between(100, 3_000), () => {
      if (!this.#sending) return;
      this.#people.act();
      this.#letPeopleAct();
    });
  }

  #keepSending(client: Client): void {
    this.scheduler.after(this.#chance.between(100, 2_500), () => {
      if (!this.#sending) return;
      client.act();
      this.#keepSending(client);
    });
  }

  /** Faults that come by themselves: pauses, broken links, jumps of the clock. */
  #meddle(): void {
    const { scheduler, coverage } = this;
    const chance = this.#chance;
    scheduler.after(chance.between(50, 500), () => {
      if (!this.#sending) return;
      const faults = this.#faults;
      if (chance.happens(faults.corePaused)) {
        coverage.see('core paused');
        chance.pick(this.#cores).pause(chance.pick([chance.between(100, 3_000), chance.between(5_000, 30_000)]));
      }
      if (chance.happens(faults.linkBroken) && this.#link?.open === true) {
        coverage.see('link broken');
        this.#link.break();
      }
      if (chance.happens(faults.clockJumps)) this.#jump();
      if (chance.happens(faults.coreKilled)) {
        coverage.see('core killed');
        chance.pick(this.#cores).kill();
      }
      this.#meddle();
    });
  }

  #jump(): void {
    const ms = this.#chance.pick([-2_000, -500, 1_000, 5_000, 60_000]);
    if (Math.abs(ms) > this.#jumpsLeftMs) return;
    this.#jumpsLeftMs -= Math.abs(ms);
    this.coverage.see(ms < 0 ? 'clock set back' : 'clock jumped');
    this.scheduler.jump(ms);
  }

  #mayKillIntake(process: SimulatedProcess): void {
    if (process !== this.#intake.process || !this.#chance.happens(this.#faults.intakeKilled)) return;
    this.#intake.kill();
    if (!this.#chance.happens(this.#faults.powerLost)) {
      this.coverage.see('intake killed');
      return;
    }
    this.coverage.see('power lost');
    for (const core of this.#cores) core.kill();
    this.#disk.losePower();
  }

  /** Intake looks for the core that holds the plan, and connects again when it has lost it. */
  #tendLink(): void {
    const { scheduler } = this;
    const link = this.#link;
    if (link !== undefined) {
      const dead = !link.core.alive || !link.intake.alive;
      if (dead || (this.#cores.length > 1 && !this.#holdsPlan(link.core))) link.break();
      if (!link.open) this.#link = undefined;
    }
    const { intake, process } = this.#intake;
    if (this.#link === undefined && intake !== undefined) {
      const nodes = this.#cores.filter((node) => node.core !== undefined && node.process.pausedUntil <= scheduler.time);
      const node = nodes.find((candidate) => this.#holdsPlan(candidate.process));
      if (node?.core !== undefined) {
        this.#link = new SimulatedLink(scheduler, { process: node.process, core: node.core }, { process, intake });
      }
    }
    scheduler.after(this.#chance.between(50, 300), () => this.#tendLink());
  }

  #holdsPlan(process: SimulatedProcess): boolean {
    const owner = this.store.of(PLAN).lease?.owner;
    // Where there is one core, it is the one to tell, whether or not its lease has just run out.
    return owner === undefined || this.#cores.length === 1 || process.name.startsWith(`${owner} `);
  }

  /** Somebody applies a version and asks until it is in force. */
  #apply(version: number): void {
    const again = (): void => this.scheduler.after(this.#chance.between(100, 600), () => this.#apply(version));
    if (this.store.of(PLAN).version >= version) return;
    const node = this.#cores.find(({ process, core }) => core !== undefined && this.#holdsPlan(process));
    if (node?.core === undefined) {
      again();
      return;
    }
    // A caller whose core dies hears nothing; the look at the stored version above is its second question.
    let answered = false;
    const done = (): void => {
      if (!answered) again();
      answered = true;
    };
    node.core.apply({ files: filesOf(version), expectedVersion: version - 1 }, 'simulation').then(done, done);
    this.scheduler.after(12_000, done);
  }

  #violate(invariant: Violation['invariant'], message: string): void {
    this.violations.push({ invariant, message });
  }
}
