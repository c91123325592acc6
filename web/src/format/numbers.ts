import * as figures from '#kernel/format-figure.ts';
import { readerLocale } from './locale.ts';

/*
 * How many digits a figure has and in which unit it is read is decided in one place for pages, terminal and messages; pages write it in
 * the language of their reader.
 */

export type FigureText = figures.FigureText;

/** Four significant digits, whole numbers whole: `0.2134`, `18,204`. */
export function formatNumber(value: number, locale: string = readerLocale): string {
  return figures.formatNumber(value, locale);
}

/** A count of things. */
export function formatCount(value: number, locale: string = readerLocale): string {
  return figures.formatCount(value, locale);
}

/** A value in base units as its unit is read, number and unit apart. */
export function formatFigure(value: number, unit: string, locale: string = readerLocale): FigureText {
  return figures.formatFigure(value, unit, locale);
}

/** A value in base units as its unit is read, in one text. */
export function formatFigureText(value: number, unit: string, locale: string = readerLocale): string {
  return figures.formatFigureText(value, unit, locale);
}

/** As `formatFigureText`, with every digit that the value was written with: for thresholds, where rounding would lie. */
export function formatThreshold(value: number, unit: string, locale: string = readerLocale): string {
  return figures.formatThreshold(value, unit, locale);
}

/** A figure beside what it is held against: never rounded to a limit that it is not. */
export function formatAgainst(
  value: number,
  against: readonly number[],
  unit: string,
  locale: string = readerLocale,
): string {
  return figures.formatAgainst(value, against, unit, locale);
}

/** `1 alert`, `2 alerts`. */
export function plural(count: number, one: string, many: string = `${one}s`, locale: string = readerLocale): string {
  return `${formatCount(count, locale)} ${count === 1 ? one : many}`;
}
