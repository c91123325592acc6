import type { World } from '#core/model.ts';
import { launchOf } from '#core/phases.ts';
import { type SampleSlice, slicesOf, spansOf } from '#insight/vouching/spans.ts';
import type { FieldValue, Source } from '#plan/model.ts';
import type { Review } from '#plan/vouching.ts';
import { OncePer } from '#signals/once-per.ts';
import { compileField, compilePredicate, type Matcher } from '#signals/predicate.ts';
import type { EventRecord } from '#signals/record.ts';

/** A sample as who judges it sees it. */
export interface RehearsedSample {
  readonly id: string;
  readonly label: string;
}

/** The events that a source counts, one after the other. */
interface Counted {
  readonly source: Source;
  readonly matches: Matcher;
  readonly once: OncePer | undefined;
}

/** Chooses the samples of reviews from what is sent, as the server does from what is stored. */
export class RehearsedSamples {
  readonly #chosen: Map<string, RehearsedSample[]> = new Map();
  readonly #counted: Map<string, Counted> = new Map();
  /** Of each review the span that goes on, and how many it still wants. */
  readonly #open: Map<string, { readonly slice: SampleSlice; left: number }> = new Map();
  #plan: World['plan'] | undefined;

  /** The samples of a review so far, in their order. */
  of(review: string): readonly RehearsedSample[] {
    return this.#chosen.get(review) ?? [];
  }

  /** Looks at what is sent, in order of time. */
  take(records: readonly EventRecord[], { plan, line }: Pick<World, 'plan' | 'line'>): void {
    const { reviews = [] } = plan;
    if (reviews.length === 0) return;
    if (plan !== this.#plan) {
      this.#plan = plan;
      this.#counted.clear();
      this.#open.clear();
    }
    for (const record of records) {
      const counts = new Map<string, boolean>();
      for (const review of reviews) {
        let isCounted = counts.get(review.source);
        if (isCounted === undefined) {
          isCounted = this.#counts(record, review.source, plan);
          counts.set(review.source, isCounted);
        }
        if (isCounted) this.#choose(record, review, plan, launchOf(plan, line));
      }
    }
  }

  #counts(record: EventRecord, name: string, plan: World['plan']): boolean {
    const known = this.#counted.get(name) ?? countedOf(plan.sources[name]);
    if (known === undefined || record.name !== known.source.event || !known.matches(record)) return false;
    this.#counted.set(name, known);
    return known.once?.admits(record, record.time) ?? true;
  }

  #choose(record: EventRecord, review: Review, plan: World['plan'], launch: number | undefined): void {
    const open = this.#openAt(record.time, review, plan, launch);
    if (open === undefined || open.left === 0) return;
    open.left -= 1;
    const chosen = this.#chosen.get(review.name) ?? [];
    chosen.push({ id: record.id, label: labelOf(record, review) });
    this.#chosen.set(review.name, chosen);
  }

  #openAt(at: number, { name, during, first, per }: Review, plan: World['plan'], launch: number | undefined) {
    const open = this.#open.get(name);
    if (open !== undefined && at >= open.slice.from && at < open.slice.to) return open;
    const spans = spansOf(plan, launch, during);
    const slice = slicesOf(spans, first, per === 'day', plan.timezone, at).findLast(
      ({ from, to }) => from <= at && at < to,
    );
    if (slice === undefined) return undefined;
    const next = { slice, left: slice.count };
    this.#open.set(name, next);
    return next;
  }
}

function countedOf(source: Source | undefined): Counted | undefined {
  if (source === undefined) return undefined;
  const matches = source.where === undefined ? () => true : compilePredicate(source.where, source.units);
  return { source, matches, once: source.oncePer === undefined ? undefined : new OncePer(source.oncePer) };
}

/** The first field that is shown of it; its id when the event has no such field. */
function labelOf(record: EventRecord, { show: [field] }: Review): string {
  const value: FieldValue | undefined = field === undefined ? undefined : compileField(field)(record);
  return String(value ?? record.id);
}
