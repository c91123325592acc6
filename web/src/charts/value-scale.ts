/** The scale of the values: round ends and round steps between them. */
export interface ValueScale {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Values of a unit are read in these multiples of its base: a scale in minutes has no ticks at 50 s. */
function stepFactor(unit: string, range: number): number {
  if (['ms', 's', 'm', 'h', 'd'].includes(unit)) {
    if (range > 2 * 86_400_000) return 86_400_000;
    if (range > 2 * 3_600_000) return 3_600_000;
    if (range > 2 * 60_000) return 60_000;
    return 1;
  }
  const factors: Readonly<Record<string, number>> = {
    '/min': 1 / 60,
    '/h': 1 / 3_600,
    '/d': 1 / 86_400,
    KiB: 2 ** 10,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
  };
  return factors[unit] ?? 1;
}

/**
 * A scale that holds all values, and the edges of the bands that are near enough not to press the line flat. It begins at zero when
 * the values are not far above it. Undefined when there is nothing to show.
 */
export function valueScale(values: readonly number[], edges: readonly number[], unit: string): ValueScale | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  let low = finite.reduce((least, value) => Math.min(least, value));
  let high = finite.reduce((greatest, value) => Math.max(greatest, value));
  const reach = Math.max((high - low) * 3, Math.abs(high) * 0.75, Math.abs(low) * 0.75);
  const middle = (low + high) / 2;
  for (const edge of edges) {
    if (Math.abs(edge - middle) > reach) continue;
    low = Math.min(low, edge);
    high = Math.max(high, edge);
  }
  const nearest = edges.filter((edge) => edge > high).sort((left, right) => left - right)[0];
  // A figure that lies far below its limit is seen against the limit, not against its own noise.
  if (nearest !== undefined && low >= 0 && finite.every((value) => value < nearest) && nearest <= high * 12)
    high = nearest;
  // A line that lies flat at zero has no scale of its own: its limits give one.
  if (low === 0 && high === 0 && nearest !== undefined) {
    high = edges.filter((edge) => edge <= nearest * 12).reduce((greatest, edge) => Math.max(greatest, edge));
  }
  if (low >= 0 && low < 0.6 * high) low = 0;
  if (low === high) {
    const around = Math.abs(low) * 0.1 || 1;
    low = low === 0 ? 0 : low - around;
    high += around;
  }
  const scale = roundScale(low, high + (high - low) * 0.06, unit);
  // A share is at most the whole: there is nothing to see above 100%.
  return unit === '%' && high <= 1 && scale.high > 1 ? { ...scale, high: Math.max(1, scale.low + scale.step) } : scale;
}

function roundScale(low: number, high: number, unit: string): ValueScale {
  const factor = stepFactor(unit, high - low);
  const rough = (high - low) / factor / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((candidate) => candidate * power >= rough) ?? 10) * power * factor;
  return { low: Math.floor(low / step + 1e-9) * step, high: Math.ceil(high / step - 1e-9) * step, step };
}

/** The ticks of a scale from its low end to its high one. */
export function scaleTicks({ low, high, step }: ValueScale): readonly number[] {
  return Array.from({ length: Math.round((high - low) / step) + 1 }, (_, index) => low + index * step);
}
