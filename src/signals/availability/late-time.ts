import type { Instant } from '#kernel/instant.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import type { AvailabilityShape } from './shape.ts';
import type { KnownTimes, TimeSteps } from './time-steps.ts';

/** Whole steps that a store is asked for again, up to where they had been settled. */
interface Piece {
  readonly from: Instant;
  readonly to: Instant;
  /** When it was asked for. */
  readonly at: Instant;
  /** What the last of its steps held then: what came to it later is behind `to`. */
  readonly last: KnownTimes;
}

/**
 * The settled time of an availability that results have changed which came too late for it. What they say is not known from them alone, since
 * the results around them are forgotten: a store that has them all is asked for the steps again.
 */
export class LateTime {
  private readonly shape: AvailabilityShape;
  private readonly steps: TimeSteps;
  /** Not asked for yet. */
  private from: Instant = Number.POSITIVE_INFINITY;
  private to: Instant = Number.NEGATIVE_INFINITY;
  private piece: Piece | undefined;

  constructor(shape: AvailabilityShape, steps: TimeSteps) {
    this.shape = shape;
    this.steps = steps;
  }

  /** What is asked for; undefined when nothing is. */
  get asked(): Pick<Piece, 'from' | 'to' | 'at'> | undefined {
    return this.piece;
  }

  note(from: Instant, to: Instant): void {
    if (from >= to) return;
    this.from = Math.min(this.from, from);
    this.to = Math.max(this.to, to);
  }

  /** Asks for what was noted and is settled, unless something else is asked for; the rest waits until it is settled too. */
  ask(now: Instant, begin: Instant, settledTo: Instant): void {
    if (this.piece !== undefined || this.from >= Math.min(this.to, settledTo)) return;
    const noted = { from: Math.max(this.from, begin), to: Math.min(this.to, settledTo) };
    if (this.to > settledTo) this.from = settledTo;
    else {
      this.from = Number.POSITIVE_INFINITY;
      this.to = Number.NEGATIVE_INFINITY;
    }
    if (noted.from >= noted.to) return;
    const from = Math.max(begin, this.shape.startOf(this.shape.bucketOf(noted.from)));
    const to = Math.min(settledTo, this.shape.endOf(this.shape.bucketOf(noted.to - 1)));
    this.piece = { from, to, at: now, last: this.steps.of(this.shape.bucketOf(to - 1)) };
  }

  /** Ends the question; the answer is to be put between these, which are within the window. Undefined when it no longer matters. */
  answer(begin: Instant): { readonly from: Instant; readonly to: Instant } | undefined {
    const { piece } = this;
    this.piece = undefined;
    if (piece === undefined || begin >= piece.to) return undefined;
    const from = Math.max(begin, piece.from);
    const last = this.shape.bucketOf(piece.to - 1);
    const held = this.steps.of(last);
    for (let bucket = this.shape.bucketOf(from); bucket <= last; bucket++) this.steps.empty(bucket);
    this.steps.addTo(last, { upMs: held.upMs - piece.last.upMs, downMs: held.downMs - piece.last.downMs });
    return { from, to: piece.to };
  }

  write(out: NumberWriter): void {
    out.number(this.from);
    out.number(this.to);
    out.number(this.piece === undefined ? 0 : 1);
    if (this.piece === undefined) return;
    const { from, to, at, last } = this.piece;
    for (const value of [from, to, at, last.upMs, last.downMs]) out.number(value);
  }

  restore(from: NumberReader): void {
    this.from = from.number();
    this.to = from.number();
    if (from.number() === 0) return;
    const [begin = 0, to = 0, at = 0, upMs = 0, downMs = 0] = Array.from({ length: 5 }, () => from.number());
    this.piece = { from: begin, to, at, last: { upMs, downMs } };
  }
}
