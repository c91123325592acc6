import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { FieldValue } from '#plan/model.ts';
import type { EventRecord } from '#signals/record.ts';
import type { FieldTraffic } from './scenario.ts';

/** Spread of `around`: half of the values lie within a factor of 1.4 of the median. */
const SIGMA = 0.5;

/** One stream of synthetic events. */
export interface Generator {
  readonly name: string;
  /** The `name` field of its events. */
  readonly event: string;
  /** Points of a series: their other fields are labels, and what is their value is also what they add. */
  readonly samples: boolean;
  readonly fields: readonly FieldTraffic[];
  /** When the next event is sent; undefined when it has sent all. */
  nextAt: Instant | undefined;
  /** How many it has sent. */
  sent: number;
  /** Sets `nextAt` behind the event just sent. */
  readonly follow: () => void;
}

export interface GeneratorOptions {
  readonly name: string;
  readonly event: string;
  readonly samples: boolean;
  readonly fields: readonly FieldTraffic[];
  readonly from: Instant;
  readonly everyMs: number;
  readonly random: boolean;
  /** How many events it sends; without end when absent. */
  readonly count?: number;
}

/** A stream that begins at `from`; events are sent on whole milliseconds. */
export function createGenerator(options: GeneratorOptions, fraction: () => number): Generator {
  const { name, event, samples, fields, from, everyMs, count } = options;
  let exact: number = from;
  const generator: Generator = {
    name,
    event,
    samples,
    fields,
    nextAt: count === 0 ? undefined : from,
    sent: 0,
    follow: () => {
      generator.sent += 1;
      const { sent } = generator;
      // Equal gaps are counted from the start, so that rounding does not add up.
      exact = options.random ? exact - Math.log(1 - fraction()) * everyMs : from + sent * everyMs;
      generator.nextAt = count !== undefined && sent >= count ? undefined : Math.round(exact);
    },
  };
  return generator;
}

/** The next event of a stream. */
export function makeEvent(generator: Generator, id: string, at: Instant, fraction: () => number): EventRecord {
  const attributes: Record<string, FieldValue> = {};
  let user: string | undefined;
  let durationMs: DurationMs | undefined;
  let value: number | undefined;
  for (const field of generator.fields) {
    const drawn = draw(field, generator.sent + 1, fraction);
    if (drawn === undefined) continue;
    if (generator.samples && field.field !== 'value') attributes[field.field] = String(drawn);
    else if (field.field === 'user') user = String(drawn);
    else if (field.field === 'duration') durationMs = Number(drawn);
    else if (field.field === 'value') value = Number(drawn);
    else attributes[field.field] = drawn;
  }
  return {
    name: generator.event,
    time: at,
    id,
    ...(user === undefined ? {} : { user }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(value === undefined ? {} : { value }),
    ...(value === undefined || !generator.samples ? {} : { increase: value }),
    attributes,
  };
}

/** What the field of the event with this number is filled with. */
function draw(field: FieldTraffic, number: number, fraction: () => number): FieldValue | undefined {
  switch (field.kind) {
    case 'choice': {
      let rest = fraction();
      for (const { value, share } of field.choices) {
        rest -= share;
        if (rest < 0) return value;
      }
      return undefined;
    }
    case 'between':
      return field.low + fraction() * (field.high - field.low);
    case 'around':
      return field.median * Math.exp(SIGMA * normal(fraction));
    case 'from':
      return `${field.field}-${1 + Math.floor(fraction() * field.count)}`;
    case 'numbered':
      return `${field.prefix}${number}`;
  }
}

/** Standard normal by the Box–Muller transform. */
function normal(fraction: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
}
