import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './instant.ts';

/** A figure in the two parts that are set in different type: `412` and `ms`. */
export interface FigureText {
  readonly number: string;
  readonly unit: string;
}

/** Of the command line, of messages and of the journal; pages write in their reader's language. */
const ENGLISH = 'en-US';

const DURATIONS = new Set(['ms', 's', 'm', 'h', 'd']);
const PER_SECOND: ReadonlyMap<string, number> = new Map([
  ['per-second', 1],
  ['/s', 1],
  ['/min', 60],
  ['/h', 3_600],
  ['/d', 86_400],
]);
const SIZES: ReadonlyMap<string, number> = new Map([
  ['bytes', 1],
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

const SHORT: Intl.NumberFormatOptions = {
  maximumSignificantDigits: 4,
  maximumFractionDigits: 0,
  // Never less than the whole number.
  roundingPriority: 'morePrecision',
};
/** Three digits are read at a glance; more of a duration is noise. */
const SHORTER: Intl.NumberFormatOptions = { maximumSignificantDigits: 3 };
const WHOLE: Intl.NumberFormatOptions = { maximumFractionDigits: 0 };
const EXACT: Intl.NumberFormatOptions = { maximumSignificantDigits: 12 };
const DECIMALS: readonly Intl.NumberFormatOptions[] = Array.from({ length: 9 }, (_, decimals) => ({
  maximumFractionDigits: decimals,
}));

const formats = new Map<string, Map<Intl.NumberFormatOptions, Intl.NumberFormat>>();

/** Formats are dear to make and few, so each is made once. */
function write(value: number, options: Intl.NumberFormatOptions, locale: string): string {
  const ofLocale = formats.get(locale) ?? new Map<Intl.NumberFormatOptions, Intl.NumberFormat>();
  formats.set(locale, ofLocale);
  let format = ofLocale.get(options);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, options);
    ofLocale.set(options, format);
  }
  return format.format(value);
}

/** Four significant digits, whole numbers whole: `0.2134`, `18,204`. */
export function formatNumber(value: number, locale: string = ENGLISH): string {
  if (!Number.isFinite(value)) return '–';
  return write(value, Number.isInteger(value) ? WHOLE : SHORT, locale);
}

/** A count of things. */
export function formatCount(value: number, locale: string = ENGLISH): string {
  return write(value, WHOLE, locale);
}

/** A value in base units as its unit is read: 0.072 in `%` is `7.2` `%`, 1500 in `ms` is `1.5` `s`. */
export function formatFigure(value: number, unit: string, locale: string = ENGLISH): FigureText {
  if (!Number.isFinite(value)) return { number: '–', unit: '' };
  if (unit === '%' || unit === 'fraction') return { number: formatPercent(value * 100, locale), unit: '%' };
  if (DURATIONS.has(unit)) return formatDurationFigure(value, locale);
  const perSecond = PER_SECOND.get(unit);
  if (perSecond !== undefined) {
    return { number: formatNumber(value * perSecond, locale), unit: unit === 'per-second' ? '/s' : unit };
  }
  const size = SIZES.get(unit);
  if (size !== undefined) return { number: formatNumber(value / size, locale), unit };
  return { number: formatNumber(value, locale), unit: unit === 'count' ? '' : unit };
}

/** A figure as everybody reads it, number and unit in one text; the per cent sign and rates stand close. */
export function formatFigureText(value: number, unit: string, locale: string = ENGLISH): string {
  return joinFigure(formatFigure(value, unit, locale));
}

/** As `formatFigureText`, with every digit that the value was written with: for thresholds, where rounding would lie. */
export function formatThreshold(value: number, unit: string, locale: string = ENGLISH): string {
  const figure = formatFigure(value, unit, locale);
  if (!Number.isFinite(value)) return joinFigure(figure);
  const scale = value === 0 ? 1 : scaleOf(unit, value);
  return joinFigure({ number: write(value * scale, EXACT, locale), unit: figure.unit });
}

/**
 * A figure that stands beside what it is held against: with more digits where the usual ones would make it look like a limit that it is
 * not, since `< 2%: true, 2%` explains nothing.
 */
export function formatAgainst(
  value: number,
  against: readonly number[],
  unit: string,
  locale: string = ENGLISH,
): string {
  const usual = formatFigureText(value, unit, locale);
  const limits = against.filter((limit) => limit !== value).map((limit) => formatThreshold(limit, unit, locale));
  if (!limits.includes(usual)) return usual;
  for (let digits = 4; digits < 12; digits += 1) {
    const closer = formatThreshold(Number(value.toPrecision(digits)), unit, locale);
    if (!limits.includes(closer)) return closer;
  }
  return usual;
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
  return PER_SECOND.get(unit) ?? 1 / (SIZES.get(unit) ?? 1);
}

/**
 * Two decimals, and more where they are what counts: near 0 and near 100 two digits of what is there or missing, so that 99.996 is not
 * shown as 100.
 */
function formatPercent(percent: number, locale: string): string {
  const distance = Math.min(Math.abs(percent), Math.abs(100 - percent));
  const decimals = distance === 0 || distance >= 0.1 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(distance)));
  return write(percent, DECIMALS[decimals] ?? WHOLE, locale);
}

const durationUnits: readonly { readonly unit: string; readonly ms: number }[] = [
  { unit: 'd', ms: DAY_MS },
  { unit: 'h', ms: HOUR_MS },
  { unit: 'min', ms: MINUTE_MS },
  { unit: 's', ms: SECOND_MS },
];

/** The largest unit that the duration fills. */
function durationUnit(value: number): { readonly unit: string; readonly ms: number } {
  return durationUnits.find(({ ms }) => Math.abs(value) >= ms) ?? { unit: 'ms', ms: 1 };
}

function formatDurationFigure(value: number, locale: string): FigureText {
  const { unit, ms } = durationUnit(value);
  return { number: write(value / ms, SHORTER, locale), unit };
}
