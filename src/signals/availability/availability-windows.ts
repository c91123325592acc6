import { hash53 } from '#kernel/hash64.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { PhaseLine } from '#plan/phases.ts';
import { type ComparisonJudge, formulasOf } from '../comparison-judge.ts';
import type { DueHeap } from '../due-heap.ts';
import { availabilitiesOf } from '../formula.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { CHECK_EVENT } from '../watch/watch.ts';
import { AvailabilityWindow, type HistoryWanted, type TargetHistory } from './availability-window.ts';
import type { PlanTime } from './shape.ts';

/** The availabilities of a plan, numbered from `firstId` on. */
export class AvailabilityWindows {
  readonly all: readonly AvailabilityWindow[];
  readonly byFigure: ReadonlyMap<string, AvailabilityWindow>;
  private readonly byProbe: ReadonlyMap<string, readonly AvailabilityWindow[]>;
  private readonly readers: Map<AvailabilityWindow, ComparisonJudge[]> = new Map();
  private readonly firstId: number;
  private readonly time: PlanTime;
  private readonly queued: AvailabilityWindow[] = [];

  constructor(plan: CompiledPlan, time: PlanTime, firstId: number, now: Instant) {
    this.firstId = firstId;
    this.time = time;
    this.all = Object.values(plan.availabilities ?? {}).map(
      (figure, index) => new AvailabilityWindow(figure, firstId + index, time, now),
    );
    this.byFigure = new Map(this.all.map((window) => [window.figure.id, window]));
    const byProbe = new Map<string, AvailabilityWindow[]>();
    for (const window of this.all) {
      for (const probe of new Set(window.figure.targets.map((target) => target.probe))) {
        byProbe.set(probe, [...(byProbe.get(probe) ?? []), window]);
      }
    }
    this.byProbe = byProbe;
  }

  /** Says which judges read them. */
  feed(judges: readonly ComparisonJudge[]): void {
    for (const judge of judges) {
      const read = new Set(formulasOf(judge.test).flatMap((formula) => [...availabilitiesOf(formula)]));
      for (const figure of read) {
        const window = this.byFigure.get(figure);
        if (window !== undefined) this.readers.set(window, [...(this.readers.get(window) ?? []), judge]);
      }
    }
  }

  hear(records: readonly EventRecord[], now: Instant): void {
    if (this.all.length === 0) return;
    for (const record of records) {
      if (record.name !== CHECK_EVENT) continue;
      for (const window of this.byProbe.get(String(record.attributes['probe'])) ?? []) {
        if (window.hear(record, now)) this.queue(window);
      }
    }
  }

  /** Whether the number is of an availability, which is then worked out next. */
  reach(id: number): boolean {
    const window = this.all[id - this.firstId];
    if (window === undefined) return false;
    this.queue(window);
    return true;
  }

  /** Works out what was heard or reached, and gives the judges that read it. */
  settle(at: Instant, dues: DueHeap): readonly ComparisonJudge[] {
    if (this.queued.length === 0) return [];
    const judges = this.queued.flatMap((window) => {
      window.queued = false;
      window.judge(at);
      dues.schedule(window.id, window.nextAfter(at));
      return this.readers.get(window) ?? [];
    });
    this.queued.length = 0;
    for (const judge of judges) judge.whole = true;
    return judges;
  }

  awaitHistory(): void {
    for (const window of this.all) {
      window.awaitHistory();
      this.queue(window);
    }
  }

  historyWanted(now: Instant): readonly HistoryWanted[] {
    return this.all.map((window) => window.historyWanted(now)).filter((wanted) => wanted !== undefined);
  }

  fill(wanted: HistoryWanted, histories: readonly TargetHistory[], now: Instant): void {
    const window = this.byFigure.get(wanted.figure.id);
    if (window === undefined) return;
    window.fill(wanted, histories, now);
    this.queue(window);
  }

  sections(): readonly (readonly [name: string, section: { write(out: NumberWriter): void }])[] {
    return this.all.flatMap((window) => {
      const name = sectionOf(window.figure, this.time);
      return [[name, window] as const, [`late ${name}`, window.late] as const];
    });
  }

  /** As of the instant at which the sections were written. */
  restore(sections: ReadonlyMap<string, NumberReader>, at: Instant): void {
    for (const window of this.all) {
      const own = sectionOf(window.figure, this.time);
      const name = sections.has(own) ? own : this.sectionBeforeLaunch(window.figure, at);
      const section = name === undefined ? undefined : sections.get(name);
      if (section === undefined) continue;
      const late = sections.get(`late ${name}`);
      if (late !== undefined) window.late.restore(late);
      window.restore(section);
    }
  }

  /** Of a plan that was launched by command just now, what was heard before counts on: none of it is settled yet that T+0 leaves out. */
  private sectionBeforeLaunch(figure: AvailabilityFigure, at: Instant): string | undefined {
    const { launch } = this.time;
    return launch === undefined || launch < at - limits.lateMs ? undefined : sectionOf(figure, NOT_LAUNCHED);
  }

  private queue(window: AvailabilityWindow): void {
    if (window.queued) return;
    window.queued = true;
    this.queued.push(window);
  }
}

const NOT_LAUNCHED: PlanTime = { launch: undefined, phases: new PhaseLine({ phases: [], timezone: 'UTC' }, undefined) };

/** What its figures mean, and the part of the calendar that they are cut by. */
function sectionOf({ id, window }: AvailabilityFigure, { launch, phases }: PlanTime): string {
  const name = `availability ${id}`;
  if (window.kind === 'since launch') return `${name} ${launch ?? ''}`;
  if (window.kind !== 'this phase') return name;
  const course = phases.stretches.map(({ phase, from }) => [phase ?? '', from]);
  return `${name} ${course.length === 0 ? '' : hash53(JSON.stringify(course)).toString(36)}`;
}
