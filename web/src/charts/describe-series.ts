import { formatCount, formatFigureText, plural } from '../format/numbers.ts';
import { formatMoment, formatSpan } from '../format/times.ts';
import type { ChartLine, ChartSeries } from './chart-lines.ts';
import { commonGaps } from './common-gaps.ts';
import type { Stretch } from './time-range.ts';

/** What a chart shows in a few sentences: who does not see it reads the same. */
export function describeSeries(
  series: ChartSeries,
  shown: readonly ChartLine[],
  range: Stretch,
  now: number,
): readonly string[] {
  const inside = shown.flatMap((line) =>
    line.points.filter(({ at }) => at >= range.from && at <= range.to).map((point) => ({ line, point })),
  );
  const withValue = inside.filter(({ point }) => point.value !== undefined);
  const sentences: string[] = [];
  if (withValue.length === 0) {
    sentences.push('No values in this time.');
  } else {
    const lowest = withValue.reduce((least, one) => (lowOf(one) < lowOf(least) ? one : least));
    const highest = withValue.reduce((greatest, one) => (highOf(one) > highOf(greatest) ? one : greatest));
    const several = shown.length > 1;
    const place = ({ line, point }: (typeof withValue)[number]): string =>
      `${several ? ` in ${line.name}` : ''} at ${formatMoment(point.at, now)}`;
    sentences.push(
      `Lowest ${formatFigureText(lowOf(lowest), series.unit)}${place(lowest)}, highest ${formatFigureText(highOf(highest), series.unit)}${place(highest)}.`,
    );
  }
  sentences.push(...describeGaps(shown, range));
  const alerts = series.alerts.filter(({ from, to }) => from <= range.to && (to ?? now) >= range.from);
  if (alerts.length > 0) {
    const open = alerts.filter(({ to }) => to === undefined).length;
    sentences.push(
      `${plural(alerts.length, 'alert')}${open === 0 ? '' : open === alerts.length ? ', still open' : `, ${open} still open`}.`,
    );
  }
  return sentences;
}

type Placed = { readonly point: ChartLine['points'][number] };
const lowOf = ({ point }: Placed): number => point.low ?? point.value ?? Number.POSITIVE_INFINITY;
const highOf = ({ point }: Placed): number => point.high ?? point.value ?? Number.NEGATIVE_INFINITY;

function describeGaps(shown: readonly ChartLine[], range: Stretch): readonly string[] {
  const words = {
    'no data': ['Without data', 'stretches without data'],
    'too few': ['With too few samples', 'stretches with too few samples'],
    'not read': ['Not read', 'stretches in which it was not read'],
  } as const;
  return (['no data', 'too few', 'not read'] as const).flatMap((state) => {
    // With several lines only a time in which none of them has a value is one without.
    const spans = commonGaps(shown)
      .filter((gap) => gap.state === state)
      .map(({ from, to }) => Math.min(to, range.to) - Math.max(from, range.from))
      .filter((length) => length > 0);
    if (spans.length === 0) return [];
    const total = spans.reduce((sum, length) => sum + length, 0);
    const [one, many] = words[state];
    return [
      spans.length === 1
        ? `${one} for ${formatSpan(total)}.`
        : `${formatCount(spans.length)} ${many}, ${formatSpan(total)} together.`,
    ];
  });
}
