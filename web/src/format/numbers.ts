import { readerLocale } from './locale.ts';

/** A figure in the two parts that are set in different type: `412` and `ms`. */
export interface FigureText {
  readonly number: string;
  readonly unit: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DURATIONS = new Set(['ms', 's', 'm', 'h', 'd']);
const PER_SECOND: Readonly<Record<string, number>> = {
  'per-second': 1,
  '/s': 1,
  '/min': 60,
  '/h': 3_600,
  '/d': 86_400,
};
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

interface Formats {
  readonly short: Intl.NumberFormat;
  readonly shorter: Intl.NumberFormat;
  readonly whole: Intl.NumberFormat;
}

const formats = new Map<string, Formats>();

function formatsOf(locale: string) {
  let made = formats.get(locale);
  if (made === undefined) {
    made = {
      // Never less than the whole number.
      short: new Intl.NumberFormat(locale, {
        maximumSignificantDigits: 4,
        maximumFractionDigits: 0,
        roundingPriority: 'morePrecision',
      }),
      shorter: new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }),
      whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
    };
    formats.set(locale, made);
  }
  return made;
}

/** Four significant digits, whole numbers whole: `0.2134`, `18,204`. */
export function formatNumber(value: number, locale: string = readerLocale): string {
  if (!Number.isFinite(value)) return '–';
  const { short, whole } = formatsOf(locale);
  return (Number.isInteger(value) ? whole : short).format(value);
}

/** A count of things. */
export function formatCount(value: number, locale: string = readerLocale): string {
  return formatsOf(locale).whole.format(value);
}

/** A value in base units as its unit is read: 0.072 in `%` is `7.2` `%`, 1500 in `ms` is `1.5` `s`. */
export function formatFigure(value: number, unit: string, locale: string = readerLocale): FigureText {
  if (!Number.isFinite(value)) return { number: '–', unit: '' };
  if (unit === '%' || unit === 'fraction') return { number: formatPercent(value * 100, locale), unit: '%' };
  if (DURATIONS.has(unit)) return formatDurationFigure(value, locale);
  const perSecond = PER_SECOND[unit];
  if (perSecond !== undefined) {
    return { number: formatNumber(value * perSecond, locale), unit: unit === 'per-second' ? '/s' : unit };
  }
  const size = SIZES[unit];
  if (size !== undefined) return { number: formatNumber(value / size, locale), unit };
  return { number: formatNumber(value, locale), unit: unit === 'count' ? '' : unit };
}

/** Number and unit in one text; the per cent sign and rates stand close. */
export function formatFigureText(value: number, unit: string, locale: string = readerLocale): string {
  return joinFigure(formatFigure(value, unit, locale));
}

/** As `formatFigureText`, with every digit that the value was written with: for thresholds, where rounding would lie. */
export function formatThreshold(value: number, unit: string, locale: string = readerLocale): string {
  const figure = formatFigure(value, unit, locale);
  const scale = value === 0 ? 1 : scaleOf(unit, value);
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 12 }).format(value * scale);
  return joinFigure({ number, unit: figure.unit });
}

function joinFigure(figure: FigureText): string {
  if (figure.unit === '') return figure.number;
  return figure.unit === '%' || figure.unit.startsWith('/')
    ? `${figure.number}${figure.unit}`
    : `${figure.number} ${figure.unit}`;
}

/** By what a value in base units is multiplied to be shown in its unit. */
function scaleOf(unit: string, value: number): number {
  if (unit === '%' || unit === 'fraction') return 100;
  if (DURATIONS.has(unit)) return 1 / durationUnit(value).ms;
  return PER_SECOND[unit] ?? 1 / (SIZES[unit] ?? 1);
}

/**
 * Two decimals, and more where they are what counts: near 0 and near 100 two digits of what is there or missing, so that 99.996 is not
 * shown as 100.
 */
function formatPercent(percent: number, locale: string): string {
  const distance = Math.min(Math.abs(percent), Math.abs(100 - percent));
  const decimals = distance === 0 || distance >= 0.1 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(distance)));
  return new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(percent);
}

const durationUnits: readonly { readonly unit: string; readonly ms: number }[] = [
  { unit: 'd', ms: DAY },
  { unit: 'h', ms: HOUR },
  { unit: 'min', ms: MINUTE },
  { unit: 's', ms: SECOND },
];

/** The largest unit that the duration fills. */
function durationUnit(value: number): { readonly unit: string; readonly ms: number } {
  return durationUnits.find(({ ms }) => Math.abs(value) >= ms) ?? { unit: 'ms', ms: 1 };
}

/** Three digits are read at a glance; more of a duration is noise. */
function formatDurationFigure(value: number, locale: string): FigureText {
  const { unit, ms } = durationUnit(value);
  return { number: formatsOf(locale).shorter.format(value / ms), unit };
}

/** `1 alert`, `2 alerts`. */
export function plural(count: number, one: string, many: string = `${one}s`, locale: string = readerLocale): string {
  return `${formatCount(count, locale)} ${count === 1 ? one : many}`;
}
