import type { FieldValue } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { FieldReader } from './predicate.ts';
import type { EventRecord } from './record.ts';

/** The group of all that came after `limits.groupsPerSignal` others: `["other"]`, `["other","other"]` … */
export function otherGroup(by: readonly string[]): GroupKey {
  return JSON.stringify(by.map(() => 'other'));
}

/** The group of a record. */
export function groupOf(record: EventRecord, by: readonly FieldReader[]): GroupKey {
  return groupKeyOf(by.map((read) => read(record)));
}

/** The group of the values of the fields, null where one is missing. */
export function groupKeyOf(values: readonly (FieldValue | undefined)[]): GroupKey {
  return JSON.stringify(values.map((value) => value ?? null));
}
