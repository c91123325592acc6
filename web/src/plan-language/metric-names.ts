/** A metric that comes, as the editor offers it. */
export interface MetricOffer {
  readonly name: string;
  /** What it is, beside its name. */
  readonly detail: string;
}

/** Finds metrics whose name holds a text. */
export type FindMetrics = (part: string) => Promise<readonly MetricOffer[]>;

/** The part of a metric's name that is being written at the end of a line up to the cursor, and where it begins; undefined elsewhere. */
export function metricBeingWritten(line: string): { readonly part: string; readonly start: number } | undefined {
  const match = /\bsamples\s+"(?<part>[^"]*)$/.exec(line);
  const part = match?.groups?.['part'];
  return part === undefined ? undefined : { part, start: line.length - part.length };
}
