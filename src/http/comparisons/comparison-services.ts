import type { ComparisonAnswer, ComparisonDetailAnswer } from '#contract/comparisons.ts';
import type { Core } from '#engine/core-process.ts';
import { SearchTime } from '#insight/log-search/scope.ts';
import { type Difference, systemRows } from '#insight/vouching/compare-list.ts';
import { readCounted } from '#insight/vouching/counted-events.ts';
import type { VouchedSpan } from '#insight/vouching/spans.ts';
import { actionOf } from '#intake/scrubbing/field-rules.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { createTurns } from '#kernel/turns.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Comparison } from '#plan/vouching.ts';
import type { EventRecord } from '#signals/record.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { KeptList, ListUploads } from '#storage/postgres/list-uploads.ts';
import { type Asked, askedOf, findAsked, viewAsked, worldOf } from '../asked.ts';
import { instantField } from '../instant-field.ts';
import { compareApart } from './compare-apart.ts';
import type { ComparisonServices, UploadCommand } from './services.ts';

export interface ComparisonServicesOptions {
  readonly core: Pick<
    Core,
    'plans' | 'lastWorld' | 'intakeStatus' | 'compare' | 'settleComparison' | 'markNotApplicable'
  >;
  readonly askTelemetry: AskTelemetry;
  readonly uploads: ListUploads;
  readonly clock: Clock;
}

/** Comparisons: lists are held against the telemetry store and kept, what came of them stands in the core. */
export function createComparisonServices(options: ComparisonServicesOptions): ComparisonServices {
  const { core, askTelemetry, uploads, clock } = options;
  // A list and the events that it is held against may be a hundred thousand each: one is enough in memory.
  const turns = createTurns(1, limits.comparisonsWaiting, 'Too many lists are compared at the moment.');

  function find(plan: string, name: string): Asked<Comparison> {
    const world = worldOf(core, plan);
    return findAsked(world, world.plan.comparisons, name, 'comparison');
  }

  async function detail(plan: string, name: string, limit: number): Promise<ComparisonDetailAnswer> {
    const asked = find(plan, name);
    const latest = asked.world.comparisons.get(name)?.upload;
    const [upload, intake] = await Promise.all([
      latest === undefined ? undefined : uploads.find(plan, latest, limit),
      core.intakeStatus(),
    ]);
    return {
      comparison: viewComparison(asked, clock.now()),
      ...(upload === undefined ? {} : { upload: viewUpload(upload) }),
      segmentsWaiting: intake?.segmentsWaiting ?? 0,
    };
  }

  async function upload(plan: string, command: UploadCommand): Promise<ComparisonDetailAnswer> {
    const { comparison, list, from, to, limit, by, via } = command;
    const asked = find(plan, comparison);
    const { line, source, world } = asked;
    assertComparable(world.plan, line);
    if (Buffer.byteLength(list) > limits.comparisonBytes) {
      const message = `A list has at most ${limits.comparisonBytes} bytes. Compare it in parts.`;
      throw new WatchbillError('body-too-large', message, 'list');
    }
    const now = clock.now();
    const task = { list, line: { source: line.source, key: line.key, fields: line.fields }, scrub: world.plan.scrub };
    let spans: readonly VouchedSpan[] = [];
    let events = 0;
    const compared = await compareApart(task, async (take) => {
      spans = narrowed(asked, now, from, to);
      const query = { plan, source, until: now + limits.futureMs, time: new SearchTime(clock), spans };
      const most = limits.comparisonRows;
      const takeEvents = (page: readonly EventRecord[]): void => take(systemRows(page, line));
      const found = await askTelemetry((client, signal) =>
        readCounted(client, { ...query, most, take: takeEvents }, signal),
      );
      if (found === undefined) {
        const message = `There are more than ${most} events of ${line.source} in this time. Compare a shorter time.`;
        throw new WatchbillError('search-too-large', message, 'from');
      }
      events = found;
    });
    const { rows, rowCount, differences, differenceCount, equal, examples } = compared;
    const listed = { from: spans[0]?.from ?? now, to: Math.min(spans.at(-1)?.to ?? now, now) };
    const id = await uploads.keep(plan, {
      ...{ comparison, at: now, by, source: line.source, key: line.key, fields: line.fields },
      ...listed,
      ...{ events, withoutKey: events - compared.systemRows, equal },
      ...{ rows, rowCount, differences, differenceCount },
    });
    const counts = { rows: rowCount, differences: differenceCount };
    try {
      await core.compare(plan, { comparison, upload: id, ...listed, ...counts, examples, by, via });
    } catch (caught) {
      // Whatever else went wrong, the core may have taken it; a list that nobody names does no harm.
      if (caught instanceof WatchbillError && caught.code === 'not-found') await uploads.remove(plan, id);
      throw caught;
    }
    return detail(plan, comparison, limit);
  }

  const view = (plan: string, name: string): ComparisonAnswer => viewComparison(find(plan, name), clock.now());

  return {
    list(plan) {
      const world = worldOf(core, plan);
      const now = clock.now();
      const lines = world.plan.comparisons ?? [];
      return Promise.resolve({ comparisons: lines.map((line) => viewComparison(askedOf(world, line), now)) });
    },
    get: detail,
    upload: (plan, command) => turns.take(() => upload(plan, command)),
    async settle(plan, command) {
      find(plan, command.comparison);
      await core.settleComparison(plan, command);
      return view(plan, command.comparison);
    },
    async notAvailable(plan, command) {
      find(plan, command.comparison);
      await core.markNotApplicable(plan, command);
      return view(plan, command.comparison);
    },
  };
}

/** What the scrub list takes out of events cannot be found in them. */
function assertComparable({ scrub }: CompiledPlan, { key, fields }: Comparison): void {
  const gone = [key, ...fields].find((field) => ['drop', 'hash', 'replace'].includes(actionOf(field, scrub)));
  if (gone === undefined) return;
  const message = `The field "${gone}" is not kept as it is sent, so it cannot be compared. The section \`scrub\` of the plan can keep it.`;
  throw new WatchbillError('invalid-request', message, gone);
}

/** The spans that have begun, as far as they lie within the time that the list is of. */
function narrowed(
  { spans, line }: Asked<Comparison>,
  now: Instant,
  from: string | undefined,
  to: string | undefined,
): readonly VouchedSpan[] {
  const begin = (from === undefined ? undefined : parseInstant(from)) ?? Number.NEGATIVE_INFINITY;
  const end = (to === undefined ? undefined : parseInstant(to)) ?? Number.POSITIVE_INFINITY;
  if (begin >= end) throw new WatchbillError('invalid-request', 'The time of the list ends before it begins.', 'from');
  if (!spans.some((span) => span.from <= now)) {
    const when = line.during.length === 0 ? 'with the launch' : `with the phase ${line.during.join(' or ')}`;
    throw new WatchbillError('invalid-request', `${line.name} begins ${when}, so there is nothing to compare yet.`);
  }
  const within = spans
    .filter((span) => span.from <= now)
    .map((span) => ({ from: Math.max(span.from, begin), to: Math.min(span.to, end) }))
    .filter((span) => span.from < span.to);
  if (within.length > 0) return within;
  throw new WatchbillError('invalid-request', `No events of this time are compared by ${line.name}.`, 'from');
}

function viewComparison(asked: Asked<Comparison>, now: Instant): ComparisonAnswer {
  const { line, world } = asked;
  const result = world.comparisons.get(line.name);
  const { note } = result ?? {};
  return {
    ...viewAsked(asked, now),
    key: line.key,
    fields: [...line.fields],
    state: result?.state ?? 'waiting',
    ...(result === undefined
      ? {}
      : {
          said: {
            ...{ by: result.by, at: formatInstant(result.at), via: result.via },
            ...(note === undefined ? {} : { note }),
          },
        }),
    open: (result?.state === 'different' ? (result.open ?? []) : []).map((list) => ({
      ...{ from: formatInstant(list.from), to: formatInstant(list.to), differences: list.differences },
      ...{ by: list.by, at: formatInstant(list.at) },
    })),
    ...{ rows: result?.rows ?? 0, differences: result?.differences ?? 0, version: result?.version ?? 0 },
  };
}

function viewUpload(kept: KeptList): NonNullable<ComparisonDetailAnswer['upload']> {
  const { id, at, by, from, to, rowCount, events, withoutKey, equal, differenceCount } = kept;
  return {
    ...{ upload: id, at: formatInstant(at), by, from: formatInstant(from), to: formatInstant(to) },
    ...{ rows: rowCount, events, withoutKey, equal, differences: differenceCount },
    shown: (kept.differences as readonly Difference[]).map((one) => ({
      ...{ kind: one.kind, key: one.key, lines: [...one.lines], events: [...one.events] },
      ...{ inList: one.inList, inSystem: one.inSystem },
      ...instantField('at', one.at),
      values: one.values.map((value) => ({ ...value })),
    })),
  };
}
