import type { AlertSpan } from './chart-lines.ts';
import type { Stretch } from './time-range.ts';

/** An alert with the row that it is drawn in. */
export interface PlacedAlert {
  readonly span: AlertSpan;
  readonly lane: number;
  readonly from: number;
  readonly to: number;
}

/** Rows of alerts: those of one time lie below each other, at most `lanes` of them; for more there is no room. */
export function placeAlerts(
  spans: readonly AlertSpan[],
  range: Stretch,
  now: number,
  lanes: number,
): { readonly placed: readonly PlacedAlert[]; readonly hidden: number } {
  // Of two that lie on each other's heels the picture needs a little room between.
  const apart = (range.to - range.from) / 300;
  const ends = Array.from({ length: lanes }, () => Number.NEGATIVE_INFINITY);
  const placed: PlacedAlert[] = [];
  let hidden = 0;
  for (const span of spans.toSorted((left, right) => left.from - right.from)) {
    const from = Math.max(span.from, range.from);
    const to = Math.min(span.to ?? Math.max(now, span.from), range.to);
    if (span.from > range.to || (span.to ?? now) < range.from) continue;
    const lane = ends.findIndex((end) => end <= from);
    if (lane === -1) {
      hidden += 1;
      continue;
    }
    ends[lane] = Math.max(to, from + apart) + apart;
    placed.push({ span, lane, from, to });
  }
  return { placed, hidden };
}
