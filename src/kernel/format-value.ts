import { formatDuration } from './instant.ts';

const DURATIONS = new Set(['ms', 's', 'm', 'h', 'd']);
const RATES: Readonly<Record<string, number>> = { 'per-second': 1, '/s': 1, '/min': 60, '/h': 3_600, '/d': 86_400 };
const SIZES: Readonly<Record<string, number>> = {
  bytes: 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** A value in base units as people read it in the shown unit, e.g. 0.072 in `%` is `7.2%` and 1500 in `ms` is `1s500ms`. */
export function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'no number';
  if (unit === '%' || unit === 'fraction') return `${short(value * 100)}%`;
  if (DURATIONS.has(unit)) return Math.abs(value) < 10 ? `${short(value)}ms` : formatDuration(value);
  const perSecond = RATES[unit];
  if (perSecond !== undefined) return `${short(value * perSecond)}${unit === 'per-second' ? '/s' : unit}`;
  const size = SIZES[unit];
  if (size !== undefined) return `${short(value / size)} ${unit}`;
  return unit === '' || unit === 'count' ? short(value) : `${short(value)} ${unit}`;
}

/** Four significant digits, whole numbers whole: enough to judge by, short enough for a phone. */
function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
