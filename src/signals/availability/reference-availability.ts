import { type Instant, MINUTE_MS } from '#kernel/instant.ts';
import type { AvailabilityFigure, AvailabilityTarget } from '#plan/availability-figure.ts';
import { stretchesOf } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { PhaseLine, phaseAt, phaseBoundaryAfter } from '#plan/phases.ts';
import type { NoDataReason } from '#plan/reading.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import { type AvailabilityShape, availabilityShape } from './shape.ts';

interface Told {
  readonly location: unknown;
  readonly at: Instant;
  readonly outcome: unknown;
  readonly receivedAt: Instant;
}

/** The definition of an availability: the state of each stretch of time is worked out from all results that ever came, however late. */
export class ReferenceAvailability {
  private readonly figure: AvailabilityFigure;
  private readonly results: readonly (readonly Told[])[];
  private readonly plan: CompiledPlan;
  private readonly startedAt: Instant;

  constructor(figure: AvailabilityFigure, arrivals: readonly Arrival[], plan: CompiledPlan, startedAt: Instant) {
    this.figure = figure;
    this.plan = plan;
    this.startedAt = startedAt;
    this.results = figure.targets.map(({ probe, part }) =>
      arrivals
        .filter(({ record: { name, attributes } }) => name === 'check' && attributes['probe'] === probe)
        .filter(({ record }) => record.attributes['part'] === part)
        .map(({ record, receivedAt }) => ({
          location: record.attributes['location'],
          at: Math.min(record.time, receivedAt),
          outcome: record.attributes['outcome'],
          receivedAt,
        })),
    );
  }

  /** Every instant at which it may change by itself, up to the end. */
  instants(end: Instant): readonly Instant[] {
    const { stepMs } = this.shape();
    const found: Instant[] = [];
    for (let at = Math.ceil(this.startedAt / stepMs) * stepMs; at <= end; at += stepMs) found.push(at);
    if (this.figure.window.kind !== 'this phase') return found;
    return [...found, ...this.boundaries(end).filter((at) => at >= this.startedAt)];
  }

  private shape(): AvailabilityShape {
    const { launch } = this.plan;
    return availabilityShape(this.figure, { launch, phases: new PhaseLine(this.plan, launch) });
  }

  /** Where phases begin and end, up to the end. */
  private boundaries(end: Instant): readonly Instant[] {
    const { plan } = this;
    const found: Instant[] = [];
    for (let at = plan.launch; at !== undefined && at <= end; at = phaseBoundaryAfter(plan, plan.launch, at)) {
      found.push(at);
    }
    return found;
  }

  private begin(now: Instant): Instant {
    if (this.figure.window.kind !== 'this phase') return this.shape().begin(now);
    const phase = phaseAt(this.plan, this.plan.launch, now);
    if (phase === undefined) return Number.POSITIVE_INFINITY;
    const boundaries = this.boundaries(now);
    return boundaries.findLast((at) => phaseAt(this.plan, this.plan.launch, at - 1) !== phase) ?? now;
  }

  /** The share of the known time that was up, as of the last result or step at `at`, from what came before `before`. */
  read(
    at: Instant,
    before: Instant,
  ): { readonly reason?: NoDataReason; readonly value?: number; readonly sampleSize: number } {
    const { stepMs } = this.shape();
    const isOfPhase = this.figure.window.kind === 'this phase';
    const heard = this.results.map((told) => told.filter(({ receivedAt }) => receivedAt < before && receivedAt <= at));
    const receipts = heard.flat().map(({ receivedAt }) => receivedAt);
    const changes = isOfPhase ? this.boundaries(at) : [];
    const asOf = Math.max(this.startedAt, Math.floor(at / stepMs) * stepMs, ...receipts, ...changes);
    const begin = this.begin(asOf);
    if (begin >= asOf) return { reason: 'not-measured', sampleSize: 0 };
    const edges = new Set<Instant>([begin, asOf]);
    const excluded = this.figure.targets.map((target) =>
      stretchesOf(target.excluded ?? [], this.figure.timezone ?? 'UTC', { from: begin, to: asOf }),
    );
    for (const [place, told] of heard.entries()) {
      const staleMs = this.figure.targets[place]?.staleMs ?? 0;
      for (const one of told) edges.add(one.at).add(one.at + staleMs);
      for (const { from, to } of excluded[place] ?? []) edges.add(from).add(to);
    }
    const inOrder = [...edges].filter((edge) => edge >= begin && edge <= asOf).sort((left, right) => left - right);
    let upMs = 0;
    let knownMs = 0;
    for (const [index, from] of inOrder.slice(0, -1).entries()) {
      const states = this.figure.targets.map((target, place) => {
        const isOut = (excluded[place] ?? []).some((stretch) => from >= stretch.from && from < stretch.to);
        return isOut ? 'unknown' : stateOf(target, heard[place] ?? [], from);
      });
      if (states.every((state) => state === 'unknown')) continue;
      const length = (inOrder[index + 1] ?? asOf) - from;
      knownMs += length;
      if (!states.includes('down')) upMs += length;
    }
    const sampleSize = Math.floor(knownMs / MINUTE_MS);
    return knownMs === 0 ? { reason: 'not-measured', sampleSize } : { value: upMs / knownMs, sampleSize };
  }
}

function stateOf(
  { staleMs, agree }: AvailabilityTarget,
  told: readonly Told[],
  at: Instant,
): 'up' | 'down' | 'unknown' {
  const states = [...new Set(told.map(({ location }) => location))].flatMap((location) => {
    const own = told.filter((one) => one.location === location && one.at <= at);
    // Of two at one instant the later that came counts.
    const latest = own.reduce(
      (last: Told | undefined, one) => (last === undefined || one.at >= last.at ? one : last),
      undefined,
    );
    const isFresh = latest !== undefined && at < latest.at + staleMs;
    return isFresh && (latest.outcome === 'passed' || latest.outcome === 'failed') ? [latest.outcome] : [];
  });
  const failed = states.filter((outcome) => outcome === 'failed').length;
  if (states.length === 0) return 'unknown';
  if (agree === undefined) return failed >= states.length / 2 ? 'down' : 'up';
  if (failed >= agree) return 'down';
  return failed === states.length ? 'unknown' : 'up';
}
