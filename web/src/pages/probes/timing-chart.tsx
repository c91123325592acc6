import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import { formatFigureText, plural } from '../../format/numbers.ts';
import { formatMoment } from '../../format/times.ts';
import classes from './probes.module.css';

type Bucket = ProbeHistoryAnswer['buckets'][number];

interface TimingChartProps {
  readonly buckets: readonly Bucket[];
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

const parts = [
  { name: 'name', of: (bucket: Bucket) => bucket.dnsMs },
  { name: 'connection', of: (bucket: Bucket) => bucket.connectMs },
  { name: 'TLS', of: (bucket: Bucket) => bucket.tlsMs },
  { name: 'first byte', of: (bucket: Bucket) => bucket.firstByteMs },
  { name: 'confirmed', of: (bucket: Bucket) => bucket.confirmedMs },
] as const;

const HEIGHT = 140;
const BAR = 10;
const GAP = 2;

/** How long the checks took, each bar the mean of its time, from the look-up of the name below to the rest above. */
export function TimingChart({ buckets, from, to, stepMs }: TimingChartProps) {
  const measured = buckets.filter(({ durationMs }) => durationMs !== undefined);
  if (measured.length === 0) {
    return <p className={classes.text}>Nothing was measured in this time. Choose a longer one.</p>;
  }
  const most = Math.max(1, ...measured.map(({ durationMs = 0 }) => durationMs));
  const places = Math.max(1, Math.ceil((to - from) / stepMs));
  const shown = parts.filter(({ of }) => measured.some((bucket) => of(bucket) !== undefined));
  const longest = Math.max(...measured.map(({ longestMs = 0 }) => longestMs));
  const names = [...shown.map(({ name }) => name), shown.length === 0 ? 'whole check' : 'the rest'];
  return (
    <>
      <svg
        className={classes.timing}
        viewBox={`0 0 ${places * BAR} ${HEIGHT}`}
        height={HEIGHT}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Durations: means up to ${formatFigureText(most, 'ms')}, the longest check ${formatFigureText(longest, 'ms')}`}
      >
        {measured.map((bucket) => {
          const index = Math.round((Date.parse(bucket.from) - from) / stepMs);
          const layers = layersOf(bucket, shown);
          let y = HEIGHT;
          return (
            <g key={bucket.from}>
              <title>{tooltip(bucket, layers, names, to)}</title>
              {layers.map((ms, layer) => {
                const height = (ms / most) * (HEIGHT - 2);
                y -= height;
                return (
                  <rect
                    key={names[layer]}
                    className={classes.layer}
                    data-layer={shown.length === 0 ? parts.length : layer === shown.length ? parts.length : layer}
                    x={index * BAR + GAP / 2}
                    width={BAR - GAP}
                    y={y}
                    height={height}
                  />
                );
              })}
            </g>
          );
        })}
        <path className={classes.base} d={`M0 ${HEIGHT - 0.5}H${places * BAR}`} />
      </svg>
      <ul className={classes.legend}>
        {names.map((name, layer) => (
          <li key={name}>
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
              <rect
                className={classes.layer}
                data-layer={layer === shown.length ? parts.length : layer}
                width="12"
                height="12"
              />
            </svg>
            {name} <span className={classes.figure}>{formatFigureText(meanOf(measured, shown, layer), 'ms')}</span>
          </li>
        ))}
        <li>
          longest check <span className={classes.figure}>{formatFigureText(longest, 'ms')}</span>
        </li>
      </ul>
    </>
  );
}

type Part = (typeof parts)[number];

/** From below: the parts that are known, then what they leave of the whole. */
function layersOf(bucket: Bucket, shown: readonly Part[]): readonly number[] {
  const known = shown.map(({ of }) => of(bucket) ?? 0);
  const rest = (bucket.durationMs ?? 0) - known.reduce((sum, ms) => sum + ms, 0);
  return [...known, Math.max(0, rest)];
}

/** Over all results, weighted by how many each bar stands for. */
function meanOf(measured: readonly Bucket[], shown: readonly Part[], layer: number): number {
  let sum = 0;
  let results = 0;
  for (const bucket of measured) {
    const count = bucket.results - bucket.unmeasured;
    sum += (layersOf(bucket, shown)[layer] ?? 0) * count;
    results += count;
  }
  return results === 0 ? 0 : sum / results;
}

function tooltip(bucket: Bucket, layers: readonly number[], names: readonly string[], now: number): string {
  const times = layers.map((ms, layer) => `${names[layer]} ${formatFigureText(ms, 'ms')}`).join(', ');
  const failed = bucket.failed === 0 ? '' : `, ${plural(bucket.failed, 'failure')}`;
  return `${formatMoment(Date.parse(bucket.from), now)}: ${plural(bucket.results, 'result')}${failed}; ${times}`;
}
