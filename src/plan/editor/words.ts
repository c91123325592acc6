import type { SentenceKind } from '../shape/sentence-places.ts';

/** A word of the sentences with what it means, for completion and hovering. */
export interface LanguageWord {
  readonly kind: 'function' | 'keyword' | 'unit';
  readonly text: string;
  /** A form to learn it by. */
  readonly form: string;
  readonly meaning: string;
  /** In which sentences it is a word of the language; elsewhere it may be a name. */
  readonly of: readonly SentenceKind[];
  /** Understood, but nothing executes it yet. */
  readonly waits?: true;
}

const FIGURES: readonly SentenceKind[] = ['signal', 'condition'];
const PREDICATES: readonly SentenceKind[] = ['signal', 'condition', 'source'];
const BOUNDS: readonly SentenceKind[] = ['bands', 'bound'];

function functions(...rows: readonly (readonly [text: string, form: string, meaning: string, waits?: 'waits'])[]) {
  return rows.map(
    ([text, form, meaning, waits]): LanguageWord => ({
      kind: 'function',
      text,
      form,
      meaning,
      of: FIGURES,
      ...(waits === undefined ? {} : { waits: true }),
    }),
  );
}

function keywords(
  of: readonly SentenceKind[],
  ...rows: readonly (readonly [text: string, form: string, meaning: string, waits?: 'waits'])[]
) {
  return rows.map(
    ([text, form, meaning, waits]): LanguageWord => ({
      kind: 'keyword',
      text,
      form,
      meaning,
      of,
      ...(waits === undefined ? {} : { waits: true }),
    }),
  );
}

function units(...rows: readonly (readonly [text: string, meaning: string])[]) {
  return rows.map(
    ([text, meaning]): LanguageWord => ({
      kind: 'unit',
      text,
      form: text,
      meaning,
      of: ['signal', 'condition', 'source', 'bands', 'bound'],
    }),
  );
}

/** Every word of the executed sentences. A word with two meanings stands here once for each. */
export const LANGUAGE_WORDS: readonly LanguageWord[] = [
  ...functions(
    ['count', 'count(requests where status >= 500)', 'The number of events.'],
    ['rate', 'rate(requests)', 'Events per second; `in /min` shows minutes.'],
    [
      'share',
      'share(requests where status >= 500)',
      'The part of the events for which the condition holds, in percent.',
    ],
    [
      'ratio',
      'ratio(count(orders), unique(visits.user))',
      'One figure divided by another. Its sample size is that of the second.',
    ],
    ['unique', 'unique(visits.user)', 'The number of different values of a field.'],
    ['sum', 'sum(payments.amount)', 'The sum of a field.'],
    ['avg', 'avg(requests.duration)', 'The mean of a field.'],
    ['min', 'min(requests.duration)', 'The smallest value of a field.'],
    ['max', 'max(requests.duration)', 'The largest value of a field.'],
    ['last', 'last(queue.length)', 'The latest value of a field.'],
    ['median', 'median(requests.duration)', 'Half of the values of a field lie below: the same as `p50`.'],
    ['p50', 'p50(requests.duration)', 'The median: half of the values of a field lie below.'],
    [
      'p95',
      'p95(requests.duration)',
      '95% of the values of a field lie below. Any percentile may be written, such as `p99.9`.',
    ],
    ['p99', 'p99(requests.duration)', '99% of the values of a field lie below.'],
    ['age', 'age(backups)', 'The time since the latest event.', 'waits'],
    ['availability', 'availability(web)', 'The part of the known time in which a probe or service was up.'],
    ['burn', 'burn(uptime)', 'How many times as fast as allowed the error budget of an objective is used.'],
    ['top_share', 'top_share(orders by user)', 'The part that the largest group has of all.', 'waits'],
    ['duplicates', 'duplicates(payments.id)', 'The number of values of a field that came in more than one event.'],
    [
      'missing',
      'missing(sales.id, orders.sale_id within 30m)',
      'The number of values of the first field that the second does not have after the time, 5 minutes unless it is said.',
    ],
  ),
  ...keywords(
    PREDICATES,
    ['where', 'count(payments where outcome = "ok")', 'Only events for which this holds.'],
    ['and', 'a > 5% and b < 3', 'Both hold.'],
    ['or', 'a > 5% or b < 3', 'At least one of them holds.'],
    ['not', 'not (errors firing)', 'It does not hold.'],
    ['in', 'failures > 3 in 10s', 'The window of a stream, a list of values after a field, or the unit that is shown.'],
    ['is', 'user is missing', 'Whether a field is there, or in which band a figure is.'],
    ['missing', 'user is missing', 'The event has no such field.'],
    ['present', 'user is present', 'The event has this field.'],
    ['contains', 'path contains "/api"', 'The text occurs in the field.'],
    ['starts', 'path starts with "/api"', 'The field begins with the text.'],
    ['ends', 'path ends with ".json"', 'The field ends with the text.'],
    ['with', 'path starts with "/api"', 'Goes with `starts` and `ends`; in a source it gives fields their units.'],
    ['matches', 'agent matches /bot/', 'The field fits the pattern (RE2).'],
    ['true', 'paid = true', 'The value yes.'],
    ['false', 'paid = false', 'The value no.'],
  ),
  ...keywords(
    FIGURES,
    [
      'over',
      'share(…) over 5m',
      'The window that the figure looks back over: from 1 s to 1 h, of an availability to 90 days.',
    ],
    ['by', 'p95(requests.duration by route)', 'One figure for each value of the field.'],
    ['of', '75% of baseline_rate', 'A part of another figure.'],
    ['within', 'missing(sales.id, orders.sale_id within 30m)', 'How long a value may wait for the other one.'],
    ['per', 'count(orders) per day', 'A calendar period.', 'waits'],
    ['since', 'availability(web) since launch', 'From T+0 on; of availabilities.'],
    ['today', 'availability(web) today', 'Since midnight; of availabilities.'],
    ['this', 'availability(web) this phase', 'Since the phase in force began; of availabilities.'],
    ['phase', 'availability(web) this phase', 'Since the phase in force began; of availabilities.'],
    ['having', 'unique(orders.user having count > 1)', 'Only values that occur so often.', 'waits'],
    ['launch', 'availability(web) since launch', 'From T+0 on; of availabilities.'],
    ...['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'].map(
      (period) => [period, `count(orders) per ${period}`, 'A calendar period.', 'waits'] as const,
    ),
  ),
  ...keywords(
    ['signal'],
    ['at', 'share(…) over 5m, at least 20', 'With fewer events the figure is *too few*: shown, but never judged.'],
    ['least', 'share(…) over 5m, at least 20', 'With fewer events the figure is *too few*: shown, but never judged.'],
  ),
  ...keywords(
    ['condition'],
    ['for', 'error_rate > 5% for 5m', 'It has to hold this long without a break.'],
    ['between', 'error_rate between 1% and 5%', 'Within this range, both ends included.'],
    ['no', 'no payments in 2h', 'True once so much time has passed without such an event.'],
    [
      'any',
      'any errors where type = "Timeout"',
      'At least one such event, within 15 minutes unless `in` says otherwise. Resolves at once.',
    ],
    ['on', 'p95_response is on target', 'The figure meets the target of its objective.'],
    ['off', 'p95_response is off target', 'The figure misses the target of its objective.'],
    ['target', 'p95_response is off target', 'The target of the signal’s objective.'],
    ['warning', 'p95_response is in warning', 'The warning band of the signal’s objective.'],
    ['critical', 'p95_response is in critical', 'The critical band of the signal’s objective.'],
    ['firing', 'errors firing', 'An alert of that rule fires.'],
    ['new', 'new errors by type', 'A value that was not there before.', 'waits'],
    ['data', 'no data from payments', 'Nothing at all is received.', 'waits'],
    ['from', 'no data from payments', 'Nothing at all is received.', 'waits'],
    ['likely', 'error_rate likely > 5%', 'More probable than not, given the sample.', 'waits'],
    ['rises', 'orders rises at least 30% vs previous day', 'Compared with a time before.', 'waits'],
    ['drops', 'orders drops at least 30% vs previous day', 'Compared with a time before.', 'waits'],
    ['grows', 'queue grows more than 5%/h over 2h', 'The slope of the figure.', 'waits'],
    ['shrinks', 'queue shrinks more than 5%/h over 2h', 'The slope of the figure.', 'waits'],
    ['will', 'disk will reach 90% within 4h', 'What the slope leads to.', 'waits'],
    ['reach', 'disk will reach 90% within 4h', 'What the slope leads to.', 'waits'],
    ['within', 'disk will reach 90% within 4h', 'The time that is looked ahead.', 'waits'],
    ['steady', 'users steady within 5% over 1h', 'The figure hardly changes.', 'waits'],
    ['unusual', 'orders unusual vs same hour of last 4 weeks', 'Far from what the past shows.', 'waits'],
    ['unusually', 'orders unusually low vs same hour of last 4 weeks', 'Far from what the past shows.', 'waits'],
    ['fails', 'web fails 2 times in a row', 'A probe.'],
    ['failing', 'web failing', 'A probe does not pass.'],
    ['passing', 'web passing', 'A probe or heartbeat passes.'],
    ['late', 'backup late', 'A heartbeat has not come.'],
    ['failed', 'backup failed', 'A heartbeat said so, or its run has not ended in time.'],
    ['wrong', 'first-sales wrong', 'Somebody judged a sample of a review wrong, and it is not settled.'],
    ['differs', 'manual-sales differs', 'The list that was compared last differs, and that is not settled.'],
    ['exercised', 'errors exercised', 'A detector has been seen to work.', 'waits'],
    ['more', 'grows more than 5%/h', 'Above.', 'waits'],
    ['than', 'grows more than 5%/h', 'Above.', 'waits'],
    ['at', 'drops at least 30%', 'So much or more.', 'waits'],
    ['least', 'drops at least 30%', 'So much or more.', 'waits'],
    ['vs', 'drops at least 30% vs previous day', 'What it is compared with.', 'waits'],
    ['previous', 'vs previous day', 'The period before.', 'waits'],
    ...['same', 'last', 'days', 'weeks'].map(
      (word) =>
        [
          word,
          `vs same hour of last 4 ${word === 'days' ? word : 'weeks'}`,
          'The same hour of days or weeks before.',
          'waits',
        ] as const,
    ),
    ...['high', 'low', 'beyond', 'sigma'].map(
      (word) =>
        [
          word,
          `unusually ${word === 'high' ? word : 'low'} beyond 3 sigma vs previous day`,
          'Far from what the past shows.',
          'waits',
        ] as const,
    ),
    ...['times', 'time', 'a', 'row'].map((word) => [word, 'web fails 2 times in a row', 'A probe.'] as const),
    ['relative', 'drops at least 30% relative', 'In proportion, not in points.', 'waits'],
    ['earlier', 'vs 1h earlier', 'The same figure at that time.', 'waits'],
    ['baseline', 'vs baseline day-1', 'A named time that others are held against.', 'waits'],
  ),
  ...keywords(
    BOUNDS,
    ['target', 'target < 0.5%', 'What the figure should be.'],
    ['warning', 'warning > 1%', 'From here on the figure is in its warning band.'],
    ['critical', 'critical > 5%', 'From here on the figure is in its critical band.'],
    ['unset', 'target unset', 'Not known yet: the figure is shown and its target marked as not set.'],
    ['between', 'target between 100 and 150', 'Within this range, both ends included.'],
    ['and', 'target between 100 and 150', 'The upper end of the range.'],
    ['or', 'target = 0 or = 1', 'Another choice.', 'waits'],
    ['of', 'target >= 95% of joined', 'Of another step.', 'waits'],
    ['previous', 'target >= 80% of previous', 'The step before.', 'waits'],
  ),
  ...keywords(
    ['source'],
    ['events', 'events "payment"', 'Events of this name that the product sends.'],
    ['once', 'events "payment" once per id', 'Only the first event with a value counts, within 24 hours.'],
    ['per', 'events "payment" once per id', 'The field that has to be new.'],
    ['samples', 'samples "queue_length"', 'Points of a series of numbers; by itself, its last value.'],
    ['webhook', 'webhook "shop"', 'What another system posts: a name of `webhooks`.'],
    ['list', 'list "employees"', 'Rows that people keep.', 'waits'],
    ['query', 'query orders', 'Rows that a probe reads.', 'waits'],
  ),
  ...keywords(
    ['span'],
    ['from', 'from T+24h', 'Without an end.'],
    ['days', 'days 1 to 3', 'Local dates, both included; day 1 is the date of T+0.'],
    ['day', 'from day 4', 'A local date counted from T+0.'],
    ['weeks', 'weeks 1 to 2', 'Seven local dates each, counted from T+0.'],
    ['to', 'days 1 to 3', 'Up to and including.'],
    ['workdays', 'workdays 09:00 .. 17:00', 'Monday to Friday.'],
    ['weekends', 'weekends 09:00 .. 17:00', 'Saturday and Sunday.'],
  ),
  ...keywords(
    ['clock'],
    ['now', 'now', 'At once.'],
    ['after', '24h after resolved', 'Counted from another moment.'],
    ['resolved', '24h after resolved', 'When it is over.'],
    ['business', '4 business hours', 'Only the hours called `business` count.'],
    ['hours', '4 business hours', 'Hours.'],
  ),
  ...keywords(
    ['recipient'],
    ['by', 'mia by app', 'The channels by which a person or role is told.'],
    ['and', 'mia by app and email', 'Another channel.'],
    ['in', 'mia by sms in business hours', 'Only in these hours.', 'waits'],
    ['hours', 'mia by sms in business hours', 'Only in these hours.', 'waits'],
  ),
  ...units(
    ['%', 'Percent.'],
    ['ms', 'Milliseconds.'],
    ['s', 'Seconds.'],
    ['m', 'Minutes.'],
    ['h', 'Hours.'],
    ['d', 'Days of exactly 24 hours.'],
    ['B', 'Bytes.'],
    ['KB', 'A thousand bytes.'],
    ['MB', 'A million bytes.'],
    ['GB', 'A thousand million bytes.'],
    ['$', 'Dollars; `€` and `£` are written the same way.'],
    ['/s', 'Each second.'],
    ['/min', 'Each minute.'],
    ['/h', 'Each hour.'],
    ['/d', 'Each day.'],
  ),
];

/** Words that are never names in figures, whatever a plan defines: the grammar's own list. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'where',
  'by',
  'for',
  'in',
  'over',
  'per',
  'of',
  'vs',
  'is',
  'having',
  'between',
  'likely',
]);

const BY_SENTENCE: ReadonlyMap<string, LanguageWord> = new Map(
  LANGUAGE_WORDS.flatMap((word) => word.of.map((sentence) => [`${sentence} ${word.kind} ${word.text}`, word] as const)),
);

/** What a word means in a sentence; any percentile is one of the functions. */
export function findWord(sentence: SentenceKind, text: string, kind: LanguageWord['kind']): LanguageWord | undefined {
  const found = BY_SENTENCE.get(`${sentence} ${kind} ${text}`);
  if (found !== undefined || kind !== 'function') return found;
  const percentile = /^p(\d{1,2}(?:\.\d+)?)$/.exec(text)?.[1];
  if (percentile === undefined || Number(percentile) === 0) return undefined;
  const meaning = `${percentile}% of the values of a field lie below.`;
  return { kind: 'function', text, form: `${text}(requests.duration)`, meaning, of: FIGURES };
}
