import type { Scrape } from '#plan/scrape.ts';
import type { Series } from '../samples/batch.ts';
import { kindOf, type MetricFamily, readSeries } from './decode.ts';

/** What becomes of a target's series: which are taken, and under which labels. */
export interface Relabelling {
  readonly keep: readonly string[];
  readonly drop: readonly string[];
  /** Of the target itself: they win over labels of the same name, which are then told as `exported_NAME`. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

/** What is said of every target, as by Prometheus. */
const OWN_SERIES = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'] as const;
export type OwnName = (typeof OWN_SERIES)[number];
const OWN_NAMES: ReadonlySet<string> = new Set(OWN_SERIES);

/** `job` is the scrape's name and `instance` its host and port, as in Prometheus. */
export function relabellingOf(scrape: Scrape): Relabelling {
  const { keep, drop } = scrape;
  return { keep, drop, labels: [['job', scrape.name], ['instance', instanceOf(scrape.url)], ...scrape.labels] };
}

/** Host and port of an address, the port also where it is the scheme's own. */
export function instanceOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

/** The series behind a text of the target; undefined for one that is not wanted, a text for one that cannot be read. */
export function relabel(
  written: string,
  family: MetricFamily | undefined,
  relabelling: Relabelling,
): Series | string | undefined {
  const read = readSeries(written);
  if (typeof read === 'string') return read;
  const { name, labels } = read;
  // It would be taken for what we say of the target ourselves.
  if (labels.length === 0 && OWN_NAMES.has(name)) return undefined;
  if (!isWanted(name, relabelling)) return undefined;
  return { name, kind: kindOf(name, family), labels: withTargetLabels(labels, relabelling.labels) };
}

/** A series of the target itself. */
export function ownSeries(name: OwnName, relabelling: Relabelling): Series {
  return { name, kind: 'gauge', labels: withTargetLabels([], relabelling.labels) };
}

function isWanted(name: string, { keep, drop }: Relabelling): boolean {
  if (keep.length > 0 && !keep.some((pattern) => matches(pattern, name))) return false;
  return !drop.some((pattern) => matches(pattern, name));
}

function withTargetLabels(own: Series['labels'], target: Relabelling['labels']): Series['labels'] {
  const labels = new Map(target);
  const taken = new Set([...own.map(([name]) => name), ...labels.keys()]);
  for (const [name, value] of own) {
    let free = name;
    if (labels.has(name)) {
      do free = `exported_${free}`;
      while (taken.has(free));
      taken.add(free);
    }
    labels.set(free, value);
  }
  return [...labels].toSorted(([left], [right]) => (left < right ? -1 : 1));
}

/** Whether `*` of the pattern can stand for characters so that it is the text: one way back to the last `*` suffices. */
export function matches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starAt = 0;
  let index = 0;
  while (index < text.length) {
    if (at < pattern.length && pattern[at] !== '*' && pattern[at] === text[index]) {
      at += 1;
      index += 1;
    } else if (pattern[at] === '*') {
      star = at;
      starAt = index;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      starAt += 1;
      index = starAt;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
