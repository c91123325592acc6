import { earlier, evaluationDue, peopleDue, timerDue } from '#core/due.ts';
import type { Alert, CoreInput, Fact, Step, World } from '#core/model.ts';
import type { NotificationIntent } from '#core/notification.ts';
import { step } from '#core/step.ts';
import { emptyWorld } from '#core/world.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { type DurationMs, type Instant, SECOND_MS } from '#kernel/instant.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { GroupKey, Verdict } from '#plan/reading.ts';
import { BUILT_IN_SOURCES } from '#plan/shape/built-in-sources.ts';
import type { Review } from '#plan/vouching.ts';
import type { PhaseVerdict } from '#signals/assessments/assess.ts';
import { createLiveExecutor, type LiveExecutor } from '#signals/live-executor.ts';
import { type EventRecord, recordNameOf } from '#signals/record.ts';
import { RehearsedChecks } from './checks.ts';
import { type RehearsedList, type RehearsedSample, RehearsedSamples, timeOfList } from './samples.ts';
import type { Action, FieldTraffic, HeartbeatDoing, ProbeAnswer } from './scenario.ts';
import { createGenerator, type Generator, makeEvent } from './traffic.ts';
import { RehearsedVerdicts } from './verdicts.ts';

/** Who looks on. */
export interface Audience {
  readonly fact: (fact: Fact) => void;
  readonly notification: (notification: NotificationIntent) => void;
  /** After each step of time. */
  readonly moved?: () => void;
}

/**
 * The other shell: the real core and the real live executor under a virtual clock. It does what intake and engine do, in the same
 * order, with synthetic traffic and without sending anything.
 */
export class Stage {
  now: Instant;
  world: World;
  events = 0;
  /** Every alert there ever was, as last stored. */
  readonly alerts: Map<string, Alert> = new Map();
  private executor: LiveExecutor;
  private readonly fraction: () => number;
  private readonly audience: Audience;
  private generators: Generator[] = [];
  private readonly checks: RehearsedChecks;
  private readonly verdicts: RehearsedVerdicts = new RehearsedVerdicts();
  private readonly samples = new RehearsedSamples();
  private lists = 0;
  /** When the core has something to do by itself. */
  private coreDue: Instant | undefined;
  private awayUntil: Instant | undefined;
  /** What senders hold back while intake is away. */
  private waiting: EventRecord[] = [];

  constructor(plan: CompiledPlan, at: Instant, fraction: () => number, audience: Audience) {
    this.now = at;
    this.fraction = fraction;
    this.audience = audience;
    this.executor = createLiveExecutor(plan, at);
    this.checks = new RehearsedChecks(() => ({ plan: this.world.plan, phase: this.world.line.phase }));
    this.world = emptyWorld(plan, 0, at);
    this.feed({ kind: 'apply', plan, version: 1, by: 'rehearsal' });
  }

  /** Traffic under a name replaces what has run under it. */
  load(name: string, source: string, everyMs: number, random: boolean, fields: readonly FieldTraffic[]): void {
    this.stop(name);
    this.add(name, source, everyMs, random, fields, undefined);
  }

  send(source: string, count: number, overMs: DurationMs, fields: readonly FieldTraffic[]): void {
    this.add('', source, count > 1 ? overMs / (count - 1) : 0, false, fields, count);
    // What is sent at once is there at once: an expectation of the same step already sees it.
    this.moveTo(this.now);
  }

  /** What a probe, or a part of one, is found to be from its next look on; the first step of a probe is its first look. */
  probe(name: string, answer: ProbeAnswer, part?: string): void {
    if (part === undefined) this.checks.probe(name, answer, this.now);
    else this.checks.part(name, part, answer.is, this.now);
    this.moveTo(this.now);
  }

  heartbeat(name: string, doing: HeartbeatDoing): void {
    this.checks.heartbeat(name, doing, this.now);
    this.moveTo(this.now);
  }

  stop(name: string): void {
    this.generators = this.generators.filter((generator) => name !== 'all' && generator.name !== name);
  }

  /** Intake goes away; what is sent meanwhile arrives when it is back. */
  silence(ms: DurationMs): void {
    // Up to here it has judged.
    this.tell(this.executor.advance(this.now));
    this.awayUntil = this.now + ms;
    this.verdicts.silence(this.now, this.awayUntil);
    this.coreDue = this.now;
  }

  /** Acknowledges what fires of a rule, in one group or in all. Returns whether anything did. */
  acknowledge(rule: string, group: readonly string[] | undefined, by: string): boolean {
    const open = [...this.world.alerts.values()].filter(
      (alert) =>
        alert.state === 'firing' && alert.rule === rule && (group === undefined || isGroup(alert.group, group)),
    );
    for (const { key, version } of open) {
      this.feed({ kind: 'acknowledge', alert: key, by, via: 'web', expectedVersion: version });
    }
    return open.length > 0;
  }

  /** Silences a rule, or all of them, from now on. */
  silenceRule(wanted: {
    readonly rule?: string;
    readonly group?: readonly string[];
    readonly ms: DurationMs;
    readonly because: string;
    readonly by: string;
  }): void {
    const { rule, group, ms, because, by } = wanted;
    this.feed({
      kind: 'silence',
      ...(rule === undefined ? {} : { rule }),
      ...(group === undefined ? {} : { group: this.groupOf(group) }),
      until: this.now + ms,
      reason: because,
      by,
      via: 'web',
      request: `scenario-${this.world.line.nextSilence}`,
    });
  }

  /** Ends the silences of a rule, or those of all rules. Returns whether there was one. */
  unsilence(rule: string | undefined, by: string): boolean {
    const lasting = [...this.world.silences.values()].filter((one) => one.ended === undefined && one.rule === rule);
    for (const { key, version } of lasting) {
      this.feed({ kind: 'end-silence', silence: key, by, via: 'web', expectedVersion: version });
    }
    return lasting.length > 0;
  }

  /** A person says something of a sample. Returns why it came to nothing, if it did. */
  judge({
    review,
    sample: number,
    verdict,
    note,
    by,
  }: Extract<Action, { readonly kind: 'judge' }>): string | undefined {
    const asked = this.world.plan.reviews?.find(({ name }) => name === review);
    const samples = asked === undefined ? [] : this.samples.of(asked);
    const sample = samples[number - 1];
    if (sample === undefined)
      return `sample ${number} of ${review} was not sent yet; there are ${samples.length} so far`;
    return this.command({
      kind: 'judge-sample',
      review,
      sample: sample.id,
      verdict,
      ...(note === undefined ? {} : { note }),
      label: sample.label,
      eventAt: sample.at,
      by,
      via: 'web',
    });
  }

  /** A person compares a list. */
  compare({ comparison, list, by }: Extract<Action, { readonly kind: 'compare' }>): string | undefined {
    this.lists += 1;
    const compared = typeof list === 'string' ? this.read(comparison, list) : { ...list, examples: [] };
    if (typeof compared === 'string') return compared;
    return this.command({
      kind: 'compare',
      comparison,
      upload: `list-${this.lists}`,
      ...timeOfList(this.world, comparison, this.now),
      ...compared,
      by,
      via: 'web',
    });
  }

  /** A person settles what differed, or says that there is no list. */
  close(action: Extract<Action, { readonly kind: 'settle' | 'mark-not-available' }>): string | undefined {
    const { comparison, note, by } = action;
    const kind = action.kind === 'settle' ? 'settle-comparison' : 'mark-not-applicable';
    return this.command({ kind, comparison, note, by, via: 'web' });
  }

  /** What a list comes to, or why it cannot be read. */
  private read(comparison: string, list: string): RehearsedList | string {
    const asked = this.world.plan.comparisons?.find(({ name }) => name === comparison);
    if (asked === undefined) return `the plan in force has no comparison ${comparison}`;
    try {
      return this.samples.compare(asked, list);
    } catch (caught) {
      if (caught instanceof WatchbillError) return caught.message;
      throw caught;
    }
  }

  private command(input: CoreInput): string | undefined {
    const { outcome } = this.feed(input);
    return outcome?.state === 'refused' ? outcome.message : undefined;
  }

  /** A group by the values that a scenario names: one that has been met has its own types. */
  private groupOf(values: readonly string[]): GroupKey {
    const met = [...this.world.verdicts.values()].flatMap((groups) => [...groups.keys()]);
    return met.find((group) => isGroup(group, values)) ?? JSON.stringify(values);
  }

  apply(plan: CompiledPlan): void {
    if (this.awayUntil === undefined) this.tell(this.executor.advance(this.now));
    this.executor = this.executor.withPlan(plan);
    this.feed({ kind: 'apply', plan, version: this.world.line.version + 1, by: 'rehearsal' });
    if (this.awayUntil === undefined) this.tell(this.executor.verdicts(), { complete: true });
  }

  /** Up to when the core knows: intake's watermark goes with time, but the core is only told when it matters. */
  get judgedUntil(): Instant {
    return this.awayUntil === undefined ? this.world.watermark : this.now;
  }

  readings(): ReturnType<LiveExecutor['readings']> {
    return this.executor.readings();
  }

  /** The verdict of an assessment over a phase; undefined when the plan in force has none of that name. */
  verdict(name: string, phase: string): PhaseVerdict | undefined {
    const { world, now } = this;
    const assessment = world.plan.assessments?.find((one) => one.name === name);
    const samples = (review: Review): readonly RehearsedSample[] => this.samples.of(review);
    return (
      assessment && this.verdicts.verdict(assessment, phase, { world, samples, alerts: this.alerts.values(), now })
    );
  }

  /** Lets time pass up to and including `target`. */
  advance(target: Instant): void {
    while (this.now < target) {
      let next = Math.min(target, this.now + SECOND_MS);
      for (const { nextAt } of this.generators) if (nextAt !== undefined && nextAt < next) next = nextAt;
      const { nextAt: checkAt } = this.checks;
      if (checkAt !== undefined && checkAt < next) next = Math.max(checkAt, this.now);
      if (this.coreDue !== undefined && this.coreDue < next) next = Math.max(this.coreDue, this.now);
      if (this.awayUntil !== undefined && this.awayUntil < next) next = this.awayUntil;
      this.moveTo(next);
    }
  }

  private moveTo(next: Instant): void {
    this.pass(next);
    this.audience.moved?.();
  }

  private pass(next: Instant): void {
    this.now = next;
    const records = this.sendDue(next);
    if (this.awayUntil !== undefined) {
      if (next < this.awayUntil) {
        this.waiting.push(...records);
        if (this.coreDue !== undefined && this.coreDue <= next) this.feed({ kind: 'clock' });
        return;
      }
      this.awayUntil = undefined;
      const from = this.executor.instant;
      this.executor.resume(next);
      const late = this.waiting;
      this.waiting = [];
      this.tell(this.executor.ingest([...late, ...records], next), { complete: true, unheard: { from, until: next } });
      return;
    }
    const verdicts = records.length > 0 ? this.executor.ingest(records, next) : this.executor.advance(next);
    if (this.world.plan.assessments !== undefined) this.verdicts.measure(next, () => this.readings());
    if (verdicts.length > 0 || (this.coreDue !== undefined && this.coreDue <= next)) this.tell(verdicts);
  }

  /** What the senders send at this instant. */
  private sendDue(at: Instant): EventRecord[] {
    const records: EventRecord[] = [];
    let ended = false;
    for (const generator of this.generators) {
      while (generator.nextAt !== undefined && generator.nextAt <= at) {
        this.events += 1;
        records.push(makeEvent(generator, `event-${this.events}`, at, this.fraction));
        generator.follow();
      }
      ended ||= generator.nextAt === undefined;
    }
    const checked = this.checks.take(at);
    this.verdicts.hear(checked, this.world.plan);
    this.events += checked.length;
    records.push(...checked);
    this.samples.take(records, this.world);
    if (ended) this.generators = this.generators.filter(({ nextAt }) => nextAt !== undefined);
    return records;
  }

  private add(
    name: string,
    source: string,
    everyMs: number,
    random: boolean,
    fields: readonly FieldTraffic[],
    count: number | undefined,
  ): void {
    const known = this.world.plan.sources[source];
    const event = known === undefined ? (BUILT_IN_SOURCES[source] ?? source) : recordNameOf(known);
    const samples = known?.samples === true;
    const options = {
      name,
      event,
      samples,
      fields,
      from: this.now,
      everyMs,
      random,
      ...(count === undefined ? {} : { count }),
    };
    this.generators.push(createGenerator(options, this.fraction));
  }

  private tell(
    verdicts: readonly Verdict[],
    connection: {
      readonly complete?: true;
      readonly unheard?: { readonly from: Instant; readonly until: Instant };
    } = {},
  ): void {
    this.feed({
      kind: 'verdicts',
      planVersion: this.world.line.version,
      watermark: this.now,
      verdicts: connection.complete === true ? [...verdicts, ...this.standing(verdicts)] : verdicts,
      ...connection,
    });
  }

  /** On connect intake says how every test stands, beside the changes that it kept. */
  private standing(changes: readonly Verdict[]): readonly Verdict[] {
    const changed = new Set(changes.map(({ test, group }) => `${test} ${group}`));
    return this.executor.verdicts().filter(({ test, group }) => !changed.has(`${test} ${group}`));
  }

  private feed(input: CoreInput): Step {
    const result: Step = step(this.world, input, this.now);
    this.world = result.world;
    for (const row of result.changes) if (row.kind === 'alert') this.alerts.set(row.key, row);
    for (const fact of result.facts) {
      this.verdicts.note(fact);
      this.audience.fact(fact);
    }
    for (const notification of result.notifications) this.audience.notification(notification);
    // With intake there the watermark comes along with time, and only due instants matter.
    this.coreDue =
      this.awayUntil === undefined
        ? earlier(earlier(evaluationDue(this.world), timerDue(this.world)), peopleDue(this.world))
        : result.dueAt;
    return result;
  }
}

function isGroup(group: GroupKey, values: readonly string[]): boolean {
  const found = (JSON.parse(group) as readonly unknown[]).map(String);
  return found.length === values.length && found.every((value, place) => value === values[place]);
}
