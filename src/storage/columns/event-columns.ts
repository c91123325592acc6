/** Events by columns: what the spool holds of a request, and what the telemetry store is sent of a segment. */
export interface EventColumns {
  readonly count: number;
  /** ms since 1970, one for each event. */
  readonly times: Float64Array;
  /** Ids that this program made, which need no text of their own; ids that senders gave are the column `id`. */
  readonly made: MadeIds | undefined;
  readonly columns: readonly EventColumn[];
}

/** The events 0 … `count` − 1 have the ids `RUN-FIRST`, `RUN-(FIRST + 1)` …, in decimal digits. */
export interface MadeIds {
  readonly run: string;
  readonly first: number;
  readonly count: number;
}

/** A field of the record itself (`name id user durationMs value`) or an attribute, of one type. */
export type EventColumn = ColumnHead &
  (
    | { readonly type: 'number'; readonly values: Float64Array }
    | { readonly type: 'boolean'; readonly values: Uint8Array }
    | { readonly type: 'text'; readonly texts: Texts; readonly codes: Uint32Array | undefined }
  );

export interface ColumnHead {
  readonly owner: 'record' | 'attribute';
  readonly name: string;
  /** The events that have the field, ascending; undefined when all have. Value `i` is of event `rows[i]`. */
  readonly rows: Uint32Array | undefined;
}

/** Texts in UTF-8, one after the other: text `i` ends before `ends[i]`. Value `i` is text `codes[i]`, or text `i` without codes. */
export interface Texts {
  readonly heap: Uint8Array;
  readonly ends: Uint32Array;
  /** False when lone surrogates were replaced, for which UTF-8 has no form. */
  readonly isExact: boolean;
}

/** How many values a column has. */
export function valuesOf(column: EventColumn): number {
  if (column.type !== 'text') return column.values.length;
  return (column.codes ?? column.texts.ends).length;
}
