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

const formats = new Map<string, { readonly short: Intl.NumberFormat; readonly whole: Intl.NumberFormat }>();

function formatsOf(locale: string) {
  let made = formats.get(locale);
  if (made === undefined) {
    made = {
      short: new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 }),
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
  if (unit === '%' || unit === 'fraction') return { number: formatNumber(value * 100, locale), unit: '%' };
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
  const figure = formatFigure(value, unit, locale);
  if (figure.unit === '') return figure.number;
  return figure.unit === '%' || figure.unit.startsWith('/')
    ? `${figure.number}${figure.unit}`
    : `${figure.number} ${figure.unit}`;
}

function formatDurationFigure(value: number, locale: string): FigureText {
  const size = Math.abs(value);
  const [unit, divisor] =
    size < SECOND
      ? ['ms', 1]
      : size < MINUTE
        ? ['s', SECOND]
        : size < HOUR
          ? ['min', MINUTE]
          : size < DAY
            ? ['h', HOUR]
            : ['d', DAY];
  return { number: formatNumber(value / Number(divisor), locale), unit: String(unit) };
}

/** `1 alert`, `2 alerts`. */
export function plural(count: number, one: string, many: string = `${one}s`, locale: string = readerLocale): string {
  return `${formatCount(count, locale)} ${count === 1 ? one : many}`;
}
