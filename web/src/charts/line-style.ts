/** How a line is told from others: by dash and weight, never by colour, which means state. */
export interface LineStyle {
  /** Lengths of strokes and spaces; empty for a line without breaks. */
  readonly dash: readonly number[];
  readonly width: number;
  readonly tone: 'strong' | 'quiet';
}

const styles: readonly LineStyle[] = [
  { dash: [], width: 2, tone: 'strong' },
  { dash: [7, 4], width: 2, tone: 'strong' },
  { dash: [2, 3], width: 2, tone: 'strong' },
  { dash: [], width: 1.25, tone: 'quiet' },
  { dash: [10, 3, 2, 3], width: 2, tone: 'strong' },
  { dash: [7, 4], width: 1.25, tone: 'quiet' },
  { dash: [2, 3], width: 1.25, tone: 'quiet' },
  { dash: [10, 3, 2, 3], width: 1.25, tone: 'quiet' },
];

/** More lines than this cannot be told apart, so no more are drawn at once. */
export const LINES_AT_ONCE = styles.length;

/** The style of the line in this place, counted from 0. */
export function lineStyle(place: number): LineStyle {
  return styles[place % styles.length] ?? { dash: [], width: 2, tone: 'strong' };
}
