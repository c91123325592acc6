import type { World } from '#core/model.ts';
import { launchOf } from '#core/phases.ts';
import { compareList, systemRows, whatDiffers } from '#insight/vouching/compare-list.ts';
import { readList } from '#insight/vouching/read-list.ts';
import { type SampleSlice, slicesOf, spansOf } from '#insight/vouching/spans.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, FieldValue, Source } from '#plan/model.ts';
import type { Comparison, Review } from '#plan/vouching.ts';
import { OncePer } from '#signals/once-per.ts';
import { compileField, compilePredicate, type Matcher } from '#signals/predicate.ts';
import type { EventRecord } from '#signals/record.ts';

/** A sample as who judges it sees it. */
export interface RehearsedSample {
  readonly id: string;
  readonly label: string;
  /** When its event was. */
  readonly at: Instant;
}

/** What a list comes to when it is held against what was sent. */
export interface RehearsedList {
  readonly rows: number;
  readonly differences: number;
  readonly examples: readonly { readonly key: string; readonly what: string }[];
}

/** The events that a source counts, one after the other. */
interface Counted {
  readonly event: string;
  readonly matches: Matcher;
  readonly once: OncePer | undefined;
}

/** Keeps what people vouch for of what is sent, and chooses from it as the server does from what is stored. */
export class RehearsedSamples {
  readonly #chosen: Map<string, EventRecord[]> = new Map();
  readonly #compared: Map<string, EventRecord[]> = new Map();
  readonly #counted: Map<string, Counted | undefined> = new Map();
  /** Of each review the time that goes on, and how many are chosen of it. */
  readonly #open: Map<string, SampleSlice> = new Map();
  #plan: CompiledPlan | undefined;

  /** The samples of a review so far, in their order. */
  of({ name, show: [field] }: Review): readonly RehearsedSample[] {
    const read = field === undefined ? () => undefined : compileField(field);
    return (this.#chosen.get(name) ?? []).map((record) => {
      const value: FieldValue | undefined = read(record);
      const label = value === undefined || value === '' ? record.id : String(value);
      return { id: record.id, label, at: record.time };
    });
  }

  /** Holds a list, as CSV, against the events of a comparison so far. Throws `list-unreadable`. */
  compare(comparison: Comparison, text: string): RehearsedList {
    const { name, key, fields, source } = comparison;
    const list = readList(text, key, fields);
    const { differences } = compareList(list, systemRows(this.#compared.get(name) ?? [], comparison), fields);
    const examples = differences
      .slice(0, limits.differencesNamed)
      .map((one) => ({ key: one.key, what: whatDiffers(one, source) }));
    return { rows: list.rows.length, differences: differences.length, examples };
  }

  /** Looks at what is sent, in order of time. */
  take(records: readonly EventRecord[], { plan, line }: Pick<World, 'plan' | 'line'>): void {
    const { reviews = [], comparisons = [] } = plan;
    if (records.length === 0 || reviews.length + comparisons.length === 0) return;
    if (plan !== this.#plan) {
      this.#plan = plan;
      this.#counted.clear();
      this.#open.clear();
    }
    const launch = launchOf(plan, line);
    const sources = new Set([...reviews, ...comparisons].map(({ source }) => source));
    for (const record of records) {
      for (const source of sources) {
        if (!this.#counts(record, source, plan)) continue;
        for (const review of reviews) if (review.source === source) this.#choose(record, review, plan, launch);
        for (const one of comparisons) if (one.source === source) this.#keep(record, one, plan, launch);
      }
    }
  }

  #counts(record: EventRecord, name: string, plan: CompiledPlan): boolean {
    if (!this.#counted.has(name)) this.#counted.set(name, countedOf(plan.sources[name]));
    const source = this.#counted.get(name);
    if (source === undefined || record.name !== source.event || !source.matches(record)) return false;
    return source.once?.admits(record, record.time) ?? true;
  }

  #choose(record: EventRecord, review: Review, plan: CompiledPlan, launch: Instant | undefined): void {
    const slice = this.#sliceAt(record.time, review, plan, launch);
    if (slice === undefined) return;
    const chosen = this.#chosen.get(review.name) ?? [];
    this.#chosen.set(review.name, chosen);
    // They come in order of time, so those of this slice are at the end.
    const first = chosen[chosen.length - slice.count];
    if (first === undefined || first.time < slice.from) chosen.push(record);
  }

  #sliceAt(
    at: Instant,
    { name, during, first, per }: Review,
    plan: CompiledPlan,
    launch: Instant | undefined,
  ): SampleSlice | undefined {
    const open = this.#open.get(name);
    if (open !== undefined && at >= open.from && at < open.to) return open;
    const slices = slicesOf(spansOf(plan, launch, during), first, per === 'day', plan.timezone, at);
    const slice = slices.findLast(({ from, to }) => from <= at && at < to);
    if (slice !== undefined) this.#open.set(name, slice);
    return slice;
  }

  #keep(record: EventRecord, { name, during }: Comparison, plan: CompiledPlan, launch: Instant | undefined): void {
    if (!spansOf(plan, launch, during).some(({ from, to }) => record.time >= from && record.time < to)) return;
    const kept = this.#compared.get(name) ?? [];
    this.#compared.set(name, kept);
    if (kept.length < limits.comparisonRows) kept.push(record);
  }
}

/** Of what time a list is that somebody brings now: of all that the comparison is of, until now. */
export function timeOfList(
  { plan, line }: Pick<World, 'plan' | 'line'>,
  comparison: string,
  now: Instant,
): { readonly from?: Instant; readonly to?: Instant } {
  const asked = plan.comparisons?.find(({ name }) => name === comparison);
  const spans = asked === undefined ? [] : spansOf(plan, launchOf(plan, line), asked.during);
  const [from, to] = [spans.at(0)?.from, spans.at(-1)?.to];
  return from === undefined || to === undefined || from >= now ? {} : { from, to: Math.min(to, now) };
}

function countedOf(source: Source | undefined): Counted | undefined {
  if (source === undefined) return undefined;
  const matches = source.where === undefined ? () => true : compilePredicate(source.where, source.units);
  const once = source.oncePer === undefined ? undefined : new OncePer(source.oncePer);
  return { event: source.event, matches, once };
}
