import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { type ComparisonJudge, formulasOf } from '../comparison-judge.ts';
import type { DueHeap } from '../due-heap.ts';
import { availabilitiesOf } from '../formula.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { CHECK_EVENT } from '../watch/watch.ts';
import { AvailabilityWindow, type HistoryWanted, type TargetHistory } from './availability-window.ts';

/** The availabilities of a plan, numbered from `firstId` on. */
export class AvailabilityWindows {
  readonly all: readonly AvailabilityWindow[];
  readonly byFigure: ReadonlyMap<string, AvailabilityWindow>;
  private readonly byProbe: ReadonlyMap<string, readonly AvailabilityWindow[]>;
  private readonly readers: Map<AvailabilityWindow, ComparisonJudge[]> = new Map();
  private readonly firstId: number;
  private readonly launch: Instant | undefined;
  private readonly queued: AvailabilityWindow[] = [];

  constructor(plan: CompiledPlan, firstId: number, now: Instant) {
    this.firstId = firstId;
    this.launch = plan.launch;
    this.all = Object.values(plan.availabilities ?? {}).map(
      (figure, index) => new AvailabilityWindow(figure, firstId + index, plan.launch, now),
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

  fill(figure: string, histories: readonly TargetHistory[], now: Instant): void {
    const window = this.byFigure.get(figure);
    if (window === undefined) return;
    window.fill(histories, now);
    this.queue(window);
  }

  sections(): readonly (readonly [name: string, section: { write(out: NumberWriter): void }])[] {
    return this.all.map((window) => [this.sectionOf(window), window]);
  }

  restore(sections: ReadonlyMap<string, NumberReader>): void {
    for (const window of this.all) {
      const section = sections.get(this.sectionOf(window));
      if (section !== undefined) window.restore(section);
    }
  }

  private sectionOf({ figure }: AvailabilityWindow): string {
    const since = figure.window.kind === 'since launch' ? ` ${this.launch ?? ''}` : '';
    return `availability ${figure.id}${since}`;
  }

  private queue(window: AvailabilityWindow): void {
    if (window.queued) return;
    window.queued = true;
    this.queued.push(window);
  }
}
