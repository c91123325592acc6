import type { Stretch } from './time-range.ts';
import type { ValueScale } from './value-scale.ts';

/** Where the plot lies in its box, in pixels: canvas and what lies above it agree on this. */
export interface PlotBox {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Room for the numbers at the left and the times below. */
export function plotBox(width: number, height: number): PlotBox {
  return { width, height, left: width < 480 ? 46 : 60, right: 8, top: 8, bottom: 24 };
}

export function plotWidth({ width, left, right }: PlotBox): number {
  return Math.max(1, width - left - right);
}

/** Pixels from the left of the box. */
export function xOf(at: number, range: Stretch, box: PlotBox): number {
  return box.left + ((at - range.from) / (range.to - range.from)) * plotWidth(box);
}

/** The instant below a pixel, kept inside the range. */
export function instantAt(x: number, range: Stretch, box: PlotBox): number {
  const part = Math.min(1, Math.max(0, (x - box.left) / plotWidth(box)));
  return range.from + part * (range.to - range.from);
}

/** Pixels from the top of the box. */
export function yOf(value: number, { low, high }: ValueScale, box: PlotBox): number {
  const inner = box.height - box.top - box.bottom;
  return box.top + (1 - (value - low) / (high - low)) * inner;
}

/** Moves labels apart that would lie on each other, keeping their order and staying inside the plot. */
export function spreadLabels(wanted: readonly number[], apart: number, top: number, bottom: number): readonly number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((left, right) => left.y - right.y);
  let least = top;
  for (const label of order) {
    label.y = Math.max(label.y, least);
    least = label.y + apart;
  }
  let most = bottom;
  for (const label of order.toReversed()) {
    label.y = Math.min(label.y, most);
    most = label.y - apart;
  }
  const placed: number[] = [];
  for (const { y, index } of order) placed[index] = y;
  return placed;
}
