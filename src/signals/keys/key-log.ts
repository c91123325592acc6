import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';

/** What one event said, as its arrival was heard. */
export interface LoggedKey {
  readonly isPartner: boolean;
  readonly hash: number;
  readonly time: Instant;
  /** When it arrived. */
  readonly at: Instant;
  readonly value: FieldValue | undefined;
  readonly group: GroupKey;
  /** The hash of its value of `once per`, where its source has one and it has that field. */
  readonly once: number | undefined;
}

/** What came since the instant up to which a store is asked, in the order of arrival. */
export class KeyLog {
  /** Only what came later is noted: the store has all that came at this instant. */
  readonly after: Instant;
  readonly entries: LoggedKey[] = [];
  /** More came than is noted: the store has to be asked for a later time. */
  isOver = false;

  constructor(after: Instant) {
    this.after = after;
  }

  note(entry: LoggedKey): void {
    if (this.isOver || entry.at <= this.after) return;
    if (this.entries.length < limits.keysPerMeasure) {
      this.entries.push(entry);
      return;
    }
    this.isOver = true;
    this.entries.length = 0;
  }
}
