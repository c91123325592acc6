import type { Instant } from '#kernel/instant.ts';
import type { EventRecord } from '../record.ts';
import { BATCH_ROWS } from './selection.ts';

/** The records that are judged together; row `r` is `records[from + r]`. */
export class RecordBatch {
  records: readonly EventRecord[] = [];
  from = 0;
  count = 0;
  /** Tells this batch from those before it, for what is worked out once a batch. */
  stamp = 0;
  /** By row. */
  readonly times: Float64Array = new Float64Array(BATCH_ROWS);

  begin(records: readonly EventRecord[], from: number): void {
    this.records = records;
    this.from = from;
    this.count = Math.min(BATCH_ROWS, records.length - from);
    this.stamp += 1;
    for (let row = 0; row < this.count; row++) this.times[row] = this.record(row).time;
  }

  /** Lets go of the records, which are not this executor's to keep. */
  end(): void {
    this.records = [];
    this.count = 0;
  }

  record(row: number): EventRecord {
    return this.records[this.from + row] as EventRecord;
  }

  /** Whether all rows of the batch lie in the same step: then nobody needs to look at their times. */
  within(from: Instant, to: Instant): boolean {
    if (this.rangeStamp !== this.stamp) this.findRange();
    return this.earliest >= from && this.latest < to;
  }

  private rangeStamp = -1;
  private earliest: Instant = 0;
  private latest: Instant = 0;

  private findRange(): void {
    this.rangeStamp = this.stamp;
    this.earliest = Number.POSITIVE_INFINITY;
    this.latest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.count; row++) {
      const time = this.times[row] as number;
      if (time < this.earliest) this.earliest = time;
      if (time > this.latest) this.latest = time;
    }
  }
}
