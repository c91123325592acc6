import type { DeploymentAnswer } from '#contract/deployments.ts';
import { plural } from '../format/numbers.ts';
import { formatMoment, formatSpan } from '../format/times.ts';
import type { Stretch } from './time-range.ts';

/** A deployment as charts mark it. */
export interface DeploymentMark extends Omit<DeploymentAnswer, 'at'> {
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Deployments that lie so near to each other that one mark stands for them. */
export interface DeploymentCluster {
  /** Pixels from the left, of the first of them. */
  readonly left: number;
  /** Pixels until the next mark. */
  readonly room: number;
  readonly marks: readonly DeploymentMark[];
}

export function readMarks(deployments: readonly DeploymentAnswer[]): readonly DeploymentMark[] {
  return deployments.map((one) => ({ ...one, at: Date.parse(one.at) }));
}

/** The marks of a range, joined where a finger could not tell them apart. `end` is where the plot ends. */
export function clusterMarks(
  marks: readonly DeploymentMark[],
  range: Stretch,
  place: (at: number) => number,
  apart: number,
  end: number,
): readonly DeploymentCluster[] {
  const inside = marks.filter(({ at }) => at >= range.from && at <= range.to).toSorted((one, two) => one.at - two.at);
  const clusters: { left: number; marks: DeploymentMark[] }[] = [];
  for (const mark of inside) {
    const left = place(mark.at);
    const last = clusters.at(-1);
    if (last !== undefined && left - last.left < apart) last.marks.push(mark);
    else clusters.push({ left, marks: [mark] });
  }
  return clusters.map(({ left, marks: own }, index) => ({
    left,
    room: (clusters[index + 1]?.left ?? end) - left,
    marks: own,
  }));
}

/** `api 1.2.0`. */
export function markName({ service, version }: Pick<DeploymentMark, 'service' | 'version'>): string {
  return `${service} ${version}`;
}

/** What a mark says in its hover text and to screen readers. */
export function clusterWords(marks: readonly DeploymentMark[], now: number): string {
  const [only] = marks;
  if (only !== undefined && marks.length === 1) {
    const before = only.previous === undefined ? '' : `, before it ${only.previous}`;
    return `Deployment of ${markName(only)}${before}, ${formatMoment(only.at, now)}`;
  }
  const named = marks.map((mark) => `${markName(mark)} ${formatMoment(mark.at, now)}`).join(', ');
  return `${marks.length} deployments: ${named}`;
}

/** A sentence for who does not see the marks; none without deployments. */
export function describeDeployments(marks: readonly DeploymentMark[], range: Stretch, now: number): readonly string[] {
  const inside = marks.filter(({ at }) => at >= range.from && at <= range.to);
  if (inside.length === 0) return [];
  const latest = inside.reduce((one, other) => (other.at > one.at ? other : one));
  const named = `${markName(latest)} at ${formatMoment(latest.at, now)}`;
  return [inside.length === 1 ? `Deployed: ${named}.` : `${plural(inside.length, 'deployment')}, the last ${named}.`];
}

/** Those that came at most `withinMs` before an instant, the latest first; those of `service` before others. */
export function deployedBefore(
  marks: readonly DeploymentMark[],
  instant: number,
  withinMs: number,
  service: string | undefined,
): readonly DeploymentMark[] {
  return marks
    .filter(({ at }) => at <= instant && at >= instant - withinMs)
    .toSorted((one, other) => Number(other.service === service) - Number(one.service === service) || other.at - one.at);
}

/** `api 1.2.0 was deployed 12 min before this alert`. */
export function beforeWords(mark: DeploymentMark, instant: number): string {
  const ago = instant - mark.at;
  const when = ago < 1_000 ? 'just before' : `${formatSpan(ago)} before`;
  return `${markName(mark)} was deployed ${when} this alert${mark.previous === undefined ? '' : `; before it ran ${mark.previous}`}.`;
}
