import type { Instant } from '#kernel/instant.ts';
import type { Test } from '#plan/model.ts';
import type { Verdict } from '#plan/reading.ts';
import type { DueHeap } from '../due-heap.ts';
import type { EvaluationContext } from '../formula.ts';
import type { EventRecord } from '../record.ts';
import { HeartbeatWatch } from './heartbeat-watch.ts';
import { ProbeWatch } from './probe-watch.ts';
import { CHECK_EVENT, HEARTBEAT_EVENT, isWatched, type Watch } from './watch.ts';

/** The watches of a plan's probes and heartbeats, numbered from `firstId` on. */
export class Watches {
  readonly all: readonly Watch[];
  /** By event and the name of what is watched. */
  private readonly bySubject: ReadonlyMap<string, readonly Watch[]>;
  private readonly firstId: number;
  private readonly queued: Watch[] = [];

  constructor(tests: readonly Test[], firstId: number, context: EvaluationContext, now: Instant) {
    this.firstId = firstId;
    this.all = tests
      .filter(isWatched)
      .map((test, index) =>
        test.kind === 'probe'
          ? new ProbeWatch(test, firstId + index, context, now)
          : new HeartbeatWatch(test, firstId + index, context, now),
      );
    this.bySubject = Map.groupBy(this.all, ({ test }) =>
      test.kind === 'probe' ? `${CHECK_EVENT} ${test.probe}` : `${HEARTBEAT_EVENT} ${test.heartbeat}`,
    );
  }

  /** Brings results and check-ins to those that watch for them. */
  hear(records: readonly EventRecord[], now: Instant): void {
    if (this.all.length === 0) return;
    for (const record of records) {
      const { name, attributes } = record;
      if (name !== CHECK_EVENT && name !== HEARTBEAT_EVENT) continue;
      const subject = attributes[name === CHECK_EVENT ? 'probe' : 'heartbeat'];
      for (const watch of this.bySubject.get(`${name} ${subject}`) ?? []) {
        if (watch.hear(record, now)) this.queue(watch);
      }
    }
  }

  /** Whether the number is of a watch, which is then judged next. */
  reach(id: number): boolean {
    const watch = this.all[id - this.firstId];
    if (watch === undefined) return false;
    this.queue(watch);
    return true;
  }

  /** Judges what was heard or reached. */
  judge(at: Instant, dues: DueHeap, out: Verdict[]): void {
    for (const watch of this.queued) {
      watch.queued = false;
      watch.judge(out);
      dues.schedule(watch.id, watch.nextAfter(at));
    }
    this.queued.length = 0;
  }

  private queue(watch: Watch): void {
    if (watch.queued) return;
    watch.queued = true;
    this.queued.push(watch);
  }
}
