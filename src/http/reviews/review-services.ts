import type { ReviewAnswer, SampleAnswer } from '#contract/reviews.ts';
import type { World } from '#core/model.ts';
import type { Sample } from '#core/vouched.ts';
import { samplesOf } from '#core/vouching.ts';
import type { Core } from '#engine/core-process.ts';
import { SearchTime } from '#insight/log-search/scope.ts';
import { chooseSamples } from '#insight/vouching/choose-samples.ts';
import { type CountedQuery, eventsById, recordOf } from '#insight/vouching/counted-events.ts';
import { slicesOf } from '#insight/vouching/spans.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { createTurns } from '#kernel/turns.ts';
import type { FieldValue } from '#plan/model.ts';
import type { Review } from '#plan/vouching.ts';
import { compileField, compilePredicate } from '#signals/predicate.ts';
import type { StoredEvent } from '#storage/clickhouse/data.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { type Asked, askedOf, findAsked, viewAsked, worldOf } from '../asked.ts';
import { SharedReading } from '../plan-services/shared-reading.ts';
import type { ReviewServices } from './services.ts';

export interface ReviewServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld' | 'intakeStatus' | 'judgeSample'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
}

/** A sample with what there is of it: its event, what was said of it, or both. */
interface FoundSample {
  readonly id: string;
  readonly event?: StoredEvent;
  readonly judged?: Sample;
}

/** Reviews whose samples are chosen at the same time. */
const REVIEWS_AT_ONCE = 4;

/** Why samples could not be read. */
type Unread = string;

interface Found {
  readonly samples: readonly FoundSample[];
  /** Then there may be others, and the events of these are not known. */
  readonly unread?: Unread;
}

/** Reviews: the samples are read from the telemetry store, what was said of them stands in the core. */
export function createReviewServices({ core, askTelemetry, clock }: ReviewServicesOptions): ReviewServices {
  const queryOf = (plan: string, { source }: Asked<Review>): CountedQuery => {
    const until = clock.now() + limits.futureMs;
    return { plan, source, until, time: new SearchTime(clock) };
  };

  const readById = (plan: string, asked: Asked<Review>, ids: readonly string[]): Promise<readonly StoredEvent[]> => {
    if (ids.length === 0) return Promise.resolve([]);
    const query = { ...queryOf(plan, asked), from: asked.spans[0]?.from ?? 0, ids };
    return askTelemetry((client, signal) => eventsById(client, query, signal));
  };

  const choose = (plan: string, asked: Asked<Review>): Promise<readonly StoredEvent[]> => {
    const { line, spans, world } = asked;
    const slices = slicesOf(spans, line.first, line.per === 'day', world.plan.timezone, clock.now());
    const query = { ...queryOf(plan, asked), slices, most: limits.reviewSamples };
    return askTelemetry((client, signal) => chooseSamples(client, query, signal));
  };

  /** Those that are chosen, and those that were when they were judged. */
  async function find(plan: string, asked: Asked<Review>): Promise<Found> {
    const { line, world } = asked;
    const judged = new Map(samplesOf(world, line.name).map((sample) => [sample.sample, sample]));
    const events = new Map<string, StoredEvent>();
    const read = await unlessAway(async () => {
      for (const event of await choose(plan, asked)) events.set(event.id, event);
      const others = [...judged.keys()].filter((id) => !events.has(id));
      for (const event of await readById(plan, asked, others)) events.set(event.id, event);
    });
    const when = ({ event, judged: said }: FoundSample): number => event?.at ?? said?.at ?? 0;
    const samples = [...new Set([...events.keys(), ...judged.keys()])]
      .map((id) => foundSample(id, events.get(id), judged.get(id)))
      .sort((left, right) => when(left) - when(right) || (left.id < right.id ? -1 : 1));
    return { samples, ...(typeof read === 'string' ? { unread: read } : {}) };
  }

  /** The ids of what is chosen for each review, or why they are not known: one review that asks too much leaves the others as they are. */
  const shared = new SharedReading(clock, async (plan) => {
    const world = worldOf(core, plan);
    const chosen = new Map<string, readonly string[] | Unread>();
    const turns = createTurns(REVIEWS_AT_ONCE);
    let silence: Unread | undefined;
    const read = async (review: Review): Promise<void> => {
      const began = clock.monotonicMs();
      const found = silence ?? (await unlessAway(() => choose(plan, askedOf(world, review))));
      // A store that says nothing at all is not asked for every review; one whose question is too much says so before.
      if (typeof found === 'string' && clock.monotonicMs() - began >= limits.telemetryQueryMs) silence = found;
      chosen.set(review.name, typeof found === 'string' ? found : found.map(({ id }) => id));
    };
    await Promise.all((world.plan.reviews ?? []).map((review) => turns.take(() => read(review))));
    return { of: stateOf(world), chosen };
  });

  async function chosenOf(plan: string, world: World): ReturnType<typeof shared.get> {
    const known = await shared.get(plan);
    if (known.of === stateOf(world)) return known;
    // Another version asks otherwise.
    shared.forget(plan);
    return shared.get(plan);
  }

  return {
    async list(plan) {
      const world = worldOf(core, plan);
      const { reviews = [] } = world.plan;
      if (reviews.length === 0) return { reviews: [] };
      const { chosen } = await chosenOf(plan, world);
      const now = clock.now();
      return {
        reviews: reviews.map((review) => {
          const ids = chosen.get(review.name) ?? [];
          const judged = new Map(samplesOf(world, review.name).map((sample) => [sample.sample, sample]));
          const all = new Set([...(typeof ids === 'string' ? [] : ids), ...judged.keys()]);
          const samples = [...all].map((id) => foundSample(id, undefined, judged.get(id)));
          const found = { samples, ...(typeof ids === 'string' ? { unread: ids } : {}) };
          return viewReview(askedOf(world, review), found, now);
        }),
      };
    },
    async samples(plan, name) {
      const world = worldOf(core, plan);
      const asked = findAsked(world, world.plan.reviews, name, 'review');
      const [found, intake] = await Promise.all([find(plan, asked), core.intakeStatus()]);
      return {
        review: viewReview(asked, found, clock.now()),
        samples: found.samples.map((sample) => viewSample(asked.line, sample)),
        segmentsWaiting: intake?.segmentsWaiting ?? 0,
      };
    },
    async judge(plan, command) {
      const world = worldOf(core, plan);
      const asked = findAsked(world, world.plan.reviews, command.review, 'review');
      const before = samplesOf(world, command.review).find(({ sample }) => sample === command.sample);
      // What was judged may be judged otherwise also when its event is not kept any more, or cannot be read now.
      const read = (): Promise<readonly StoredEvent[]> => readById(plan, asked, [command.sample]);
      const known = before === undefined ? await read() : await unlessAway(read);
      const [event] = typeof known === 'string' ? [] : known;
      if (before === undefined && (event === undefined || !isAsked(asked, event))) {
        const message = `The review ${command.review} has no sample "${command.sample}".`;
        throw new WatchbillError('not-found', message, command.sample);
      }
      const label = event === undefined ? (before?.label ?? command.sample) : labelOf(asked.line, event);
      const times = event === undefined ? {} : { eventAt: event.at };
      const judged = await core.judgeSample(plan, { ...command, label, ...times });
      return viewSample(asked.line, foundSample(command.sample, event, judged));
    },
  };
}

/** What was read, or why the telemetry store could not be asked: what people said stands in the core. */
async function unlessAway<Value>(read: () => Promise<Value>): Promise<Value | Unread> {
  try {
    return await read();
  } catch (caught) {
    if (caught instanceof WatchbillError && caught.code === 'telemetry-away') return caught.message;
    throw caught;
  }
}

/** What the choice of samples depends on, apart from the events. */
function stateOf({ plan, line }: World): string {
  return `${line.version} ${plan.launch ?? line.launchedAt ?? ''}`;
}

function foundSample(id: string, event: StoredEvent | undefined, judged: Sample | undefined): FoundSample {
  return { id, ...(event === undefined ? {} : { event }), ...(judged === undefined ? {} : { judged }) };
}

/** Whether a review asks about an event: its source counts it, and it is of the time that is meant. */
function isAsked({ source, spans }: Asked<Review>, event: StoredEvent): boolean {
  const { where, units } = source;
  const inSpan = spans.some(({ from, to }) => event.at >= from && event.at < to);
  return inSpan && (where === undefined || compilePredicate(where, units)(recordOf(event)));
}

function viewReview(asked: Asked<Review>, { samples, unread }: Found, now: number): ReviewAnswer {
  const { first, per, ask } = asked.line;
  const count = (state: Sample['state'] | undefined): number =>
    samples.filter(({ judged }) => judged?.state === state).length;
  return {
    ...viewAsked(asked, now),
    first,
    ...(per === undefined ? {} : { per }),
    ...(ask === undefined ? {} : { ask }),
    ...{ chosen: samples.length, waiting: count(undefined) },
    ...{ right: count('right'), wrong: count('wrong'), settled: count('settled') },
    ...(unread === undefined ? {} : { unread }),
  };
}

function viewSample(review: Review, { id, event, judged }: FoundSample): SampleAnswer {
  return {
    sample: id,
    label: judged?.label ?? (event === undefined ? id : labelOf(review, event)),
    ...(event === undefined ? {} : { at: formatInstant(event.at) }),
    fields: event === undefined ? [] : shownFields(review, event),
    ...(judged === undefined ? {} : { verdict: viewVerdict(judged) }),
  };
}

function viewVerdict({ state, by, at, via, note, version }: Sample): NonNullable<SampleAnswer['verdict']> {
  return { state, by, at: formatInstant(at), via, ...(note === undefined ? {} : { note }), version };
}

/** Record's own fields that are shown where the plan names none. */
const OWN_FIELDS = ['user', 'duration', 'value'];

function shownFields(review: Review, event: StoredEvent): SampleAnswer['fields'] {
  const own = OWN_FIELDS.filter((field) => valueIn(event, field) !== undefined);
  const all = [...Object.keys(event.attributes).sort(), ...own];
  return (review.show.length === 0 ? all : review.show).map((field) => {
    const value = valueIn(event, field);
    return { field, ...(value === undefined ? {} : { value }) };
  });
}

function labelOf({ show }: Review, event: StoredEvent): string {
  const [first] = show;
  const value = first === undefined ? undefined : valueIn(event, first);
  return value === undefined || value === '' ? event.id : String(value);
}

function valueIn(event: StoredEvent, field: string): FieldValue | undefined {
  return compileField(field)(recordOf(event));
}
