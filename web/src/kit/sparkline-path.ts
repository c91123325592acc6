/** A point of a sparkline: epoch milliseconds and a value; a point without one is a gap. */
export interface SparkPoint {
  readonly at: number;
  readonly value: number | undefined;
}

/** The picture's scale: the value at its bottom and at its top. */
export interface SparkScale {
  readonly low: number;
  readonly high: number;
}

/** The range of the values, with the target inside it where one is given, and never of no height. */
export function sparkScale(points: readonly SparkPoint[], target?: number): SparkScale | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { value } of points) {
    if (value === undefined) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return undefined;
  if (target !== undefined) {
    const range = high - low;
    // A target far away would press the line flat: it then stays outside the picture.
    if (target < low && low - target <= range * 2) low = target;
    if (target > high && target - high <= range * 2) high = target;
  }
  if (low === high) {
    const around = Math.abs(low) * 0.1 || 1;
    return { low: low - around, high: high + around };
  }
  return { low, high };
}

/** An SVG path through the points, broken at gaps. */
export function sparkPath(
  points: readonly SparkPoint[],
  scale: SparkScale,
  box: { readonly from: number; readonly to: number; readonly width: number; readonly height: number },
): string {
  const { from, to, width, height } = box;
  const span = Math.max(1, to - from);
  let path = '';
  let drawing = false;
  for (const { at, value } of points) {
    if (at < from) continue;
    if (value === undefined) {
      drawing = false;
      continue;
    }
    // The last step of what is stored may still run.
    const x = Math.min(width, ((at - from) / span) * width);
    const y = height - ((value - scale.low) / (scale.high - scale.low)) * height;
    path += `${drawing ? 'L' : 'M'}${round(x)} ${round(y)}`;
    drawing = true;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
