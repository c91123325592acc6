import { foldedOf, foldFacts } from '#core/fold.ts';
import type { Alert, CoreInput, World } from '#core/model.ts';
import { step } from '#core/step.ts';
import { emptyWorld } from '#core/world.ts';
import { decodePayload } from '#intake/payload.ts';
import type { Block } from '#intake/spool/block.ts';
import type { Instant } from '#kernel/instant.ts';
import { createLiveExecutor } from '#signals/live-executor.ts';
import type { EventRecord } from '#signals/record.ts';
import { type MemoryStore, queueOf } from './memory-store.ts';
import { answeredCommandsAreStored, commandsHold, silencesEnded } from './oracles-of-commands.ts';
import { saidHolds, vouchingHolds } from './oracles-of-vouching.ts';
import type { People } from './people.ts';
import { blockKey } from './simulated-disk.ts';
import { BURST_REPEAT_MS, LASTING_MS, PLAN, QUIET_MS, saidRules, watchedPlan } from './watched-plan.ts';

export type InvariantName =
  | 'D1'
  | 'P1'
  | 'P2'
  | 'P3'
  | 'P4'
  | 'P5'
  | 'P6'
  | 'P10'
  | 'T1'
  | 'T2'
  | 'fence'
  | 'fold'
  | 'export'
  | 'order'
  | 'bug';

export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
}

/** What a run left behind. */
export interface Remains {
  readonly store: MemoryStore;
  readonly blocks: readonly Block[];
  /** How often the provider took each message, by its id, in the order in which it took them first. */
  readonly taken: ReadonlyMap<string, number>;
  /** Marks of records that were acknowledged to a client. */
  readonly acknowledged: ReadonlySet<string>;
  /** Marks of records that repeat an event id, and the mark of the first. */
  readonly repeats: ReadonlyMap<string, string>;
  /** When windows were begun and the plan was applied first, in the history that counts. */
  readonly windowsFrom: Instant;
  /** Times in which nobody listened: they count towards no duration. */
  readonly unheard: readonly { readonly from: Instant; readonly until: Instant }[];
  /**
   * Of blocks that the disk had refused, by `blockKey`, what had been judged when a later run of intake found them all the same. Their
   * senders had been told that they were not taken, and so had the core, by its watermark: they count from when they were found.
   */
  readonly foundAt: ReadonlyMap<string, Instant>;
  readonly now: Instant;
  /**
   * The clock was set back and intake was started again after it: then what came may be dated before what was judged
   * already, and is judged late.
   */
  readonly mayBeDatedBack: boolean;
  /** What people say may then be dated before what was judged already. */
  readonly clockSetBack: boolean;
  /** How many times something happened that may make a message leave once more. */
  readonly excuses: number;
  readonly people: People;
}

/** Compares what was acknowledged, what is stored and what the provider took. */
export function judgeRemains(remains: Remains): readonly Violation[] {
  return [
    ...acknowledgedEventsAreThereOnce(remains),
    ...storedAsTheFactsSay(remains),
    ...alertsAreThoseOfAnUndisturbedRun(remains),
    ...pagesAreThoseOfTheAlerts(remains),
    ...pagesReachedTheProvider(remains),
    ...pagesArriveInTheirOrder(remains),
    ...nothingSettledTwice(remains),
    ...nothingEarly(remains),
    ...factsAreExported(remains),
    ...commandsHold(remains.store.of(PLAN).facts.map(({ fact }) => fact)).violations,
    ...silencesEnded(remains.store, remains.now),
    ...vouchingHolds(remains.store),
    ...saidHolds(remains),
    ...answeredCommandsAreStored(remains.store, remains.people),
  ];
}

function acknowledgedEventsAreThereOnce({ blocks, acknowledged, repeats }: Remains): Violation[] {
  const stored = new Map<string, number>();
  const ids = new Map<string, number>();
  for (const record of recordsOf(blocks)) {
    const mark = record.attributes['mark'];
    if (typeof mark !== 'string') continue;
    // A record that repeats an id stands for the first one.
    const first = repeats.get(mark) ?? mark;
    stored.set(first, (stored.get(first) ?? 0) + 1);
    ids.set(record.id, (ids.get(record.id) ?? 0) + 1);
  }
  const violations: Violation[] = [];
  for (const mark of acknowledged) {
    if (!stored.has(repeats.get(mark) ?? mark)) {
      violations.push({ invariant: 'D1', message: `The acknowledged record ${mark} is nowhere.` });
    }
  }
  for (const [mark, count] of stored) {
    if (count > 1) violations.push({ invariant: 'D1', message: `The record ${mark} is stored ${count} times.` });
  }
  for (const [id, count] of ids) {
    if (count > 1) violations.push({ invariant: 'P4', message: `The event id ${id} is stored ${count} times.` });
  }
  return violations;
}

function storedAsTheFactsSay({ store }: Remains): Violation[] {
  const rows = store.of(PLAN);
  const folded = foldFacts(rows.facts.map(({ fact }) => fact));
  const alerts = [...rows.aggregates.values()].filter((row): row is Alert => row.kind === 'alert');
  const violations: Violation[] = [];
  for (const alert of alerts) {
    const expected = JSON.stringify(folded.get(alert.key));
    const found = JSON.stringify(foldedOf(alert));
    if (!sameJson(expected, found)) {
      violations.push({
        invariant: 'fold',
        message: `${alert.key}: the facts say ${expected}, the row says ${found}.`,
      });
    }
  }
  if (folded.size !== alerts.length) {
    violations.push({
      invariant: 'fold',
      message: `The facts tell of ${folded.size} alerts, ${alerts.length} are stored.`,
    });
  }
  for (const kind of ['alert-fired', 'alert-resolved'] as const) {
    const seen = new Set<string>();
    for (const { fact } of rows.facts) {
      if (fact.kind !== kind) continue;
      if (seen.has(fact.subject)) violations.push({ invariant: 'fence', message: `${fact.subject}: ${kind} twice.` });
      seen.add(fact.subject);
    }
  }
  return violations;
}

/** A run without faults over the records that were stored, as the reference for which alerts there have to be. */
function alertsAreThoseOfAnUndisturbedRun(remains: Remains): Violation[] {
  const { blocks, windowsFrom, now, store } = remains;
  if (remains.mayBeDatedBack) return [];
  const plan = watchedPlan(1);
  const executor = createLiveExecutor(plan, windowsFrom);
  let world: World = emptyWorld(plan, 0, windowsFrom);
  const alerts = new Map<string, Alert>();
  const put = (input: CoreInput, at: Instant): void => {
    const result = step(world, input, at);
    world = result.world;
    for (const row of result.changes) if (row.kind === 'alert') alerts.set(row.key, row);
  };
  put({ kind: 'apply', plan, version: 1, by: 'reference' }, windowsFrom);
  let last = windowsFrom;
  const gaps = remains.unheard.toSorted((left, right) => left.until - right.until);
  const passGaps = (until: Instant): void => {
    for (let gap = gaps[0]; gap !== undefined && gap.until <= until; gap = gaps[0]) {
      gaps.shift();
      const from = Math.max(last, gap.from);
      put({ kind: 'verdicts', planVersion: 1, watermark: from, verdicts: executor.advance(from) }, from);
      last = Math.max(last, gap.until);
      executor.resume(last);
      const verdicts = executor.advance(last);
      put({ kind: 'verdicts', planVersion: 1, watermark: last, verdicts, unheard: gap }, last);
    }
  };
  // Windows see what was received from outside; the core's own facts are only kept.
  const isReceived = (block: Block): boolean => !decodePayload(block.payload).every(isExportedFact);
  for (const batch of batchesOf(blocks.filter(isReceived))) {
    const receivedAt = Math.max(last, ...batch.map((block) => countsFrom(remains, block)));
    passGaps(receivedAt);
    const at = Math.max(last, receivedAt);
    const verdicts = executor.ingest(
      batch.flatMap((block) => decodePayload(block.payload)),
      at,
    );
    put({ kind: 'verdicts', planVersion: 1, watermark: at, verdicts }, at);
    last = at;
  }
  passGaps(Math.max(last, now));
  const end = Math.max(last, now);
  const verdicts = executor.advance(end);
  put({ kind: 'verdicts', planVersion: 1, watermark: end, verdicts }, end);

  // Silence does not count while nobody listened, so its instants differ from those of a run without faults.
  const describe = (rows: Iterable<Alert>): string[] =>
    [...rows]
      // What people decide is held against what they said.
      .filter((alert) => alert.rule !== 'quiet' && !saidRules.has(alert.rule))
      .map(({ rule, group, openedAt, resolvedAt }) => `${rule} ${group} ${openedAt} to ${resolvedAt ?? 'now'}`)
      .sort();
  const expected = describe(alerts.values());
  const found = describe([...store.of(PLAN).aggregates.values()].filter((row): row is Alert => row.kind === 'alert'));
  const missing = expected.filter((text) => !found.includes(text));
  const extra = found.filter((text) => !expected.includes(text));
  if (missing.length === 0 && extra.length === 0 && expected.length === found.length) return [];
  return [
    {
      invariant: extra.length === 0 && missing.length === 0 ? 'P4' : 'T1',
      message: `Alerts differ from those of an undisturbed run: missing ${JSON.stringify(missing)}, extra ${JSON.stringify(extra)}.`,
    },
  ];
}

function pagesAreThoseOfTheAlerts({ store }: Remains): Violation[] {
  const rows = store.of(PLAN);
  const violations: Violation[] = [];
  const byEpisode = new Map<string, string[]>();
  for (const { row } of rows.notifications.values()) {
    const { episode, step: telling, cycle, recipient, channel } = row.identity;
    const list = byEpisode.get(episode) ?? [];
    byEpisode.set(episode, list);
    list.push(`${telling} ${cycle} ${recipient} ${channel}`);
  }
  for (const [episode, list] of byEpisode) {
    if (new Set(list).size !== list.length)
      violations.push({ invariant: 'P1', message: `${episode}: an intent twice.` });
  }
  const { owed } = commandsHold(rows.facts.map(({ fact }) => fact));
  for (const row of rows.aggregates.values()) {
    if (row.kind !== 'alert' || row.flapping) continue;
    const alert = owed.get(row.key);
    // A spell that came to rest while somebody had acknowledged or silenced it ends without a message of its own.
    if (alert?.everFlapping === true && (alert.acknowledged || alert.firing !== 'must')) continue;
    const list = byEpisode.get(row.key) ?? [];
    const wanted = (telling: string): string[] => [`${telling} 0 mia app`, `${telling} 0 webhook:ops ops`];
    for (const text of wanted('fired')) {
      if (alert?.firing === 'must' && !list.includes(text))
        violations.push({ invariant: 'P5', message: `${row.key} of ${row.rule} was never told: ${text}.` });
    }
    if (row.state !== 'resolved') continue;
    const ends = list.filter((text) => text.startsWith('resolved'));
    // Nobody hears of the end of what nobody heard of.
    const both = list.some((text) => !text.startsWith('resolved')) ? 2 : 0;
    if (ends.length !== both) {
      violations.push({
        invariant: 'P5',
        message: `The end of ${row.key} was told ${ends.length} times, not ${both}.`,
      });
    }
  }
  return violations;
}

function pagesReachedTheProvider({ store, taken, excuses }: Remains): Violation[] {
  const violations: Violation[] = [];
  let extras = 0;
  for (const { row, state } of store.of(PLAN).notifications.values()) {
    if (state !== 'accepted' && state !== 'delivered') {
      violations.push({ invariant: 'P2', message: `${row.id} is still ${state}.` });
    }
    const count = row.identity.channel === 'app' ? Number(store.inbox.has(row.id)) : (taken.get(row.id) ?? 0);
    if (count === 0) violations.push({ invariant: 'P2', message: `${row.id} never arrived.` });
    extras += Math.max(0, count - 1);
  }
  for (const id of taken.keys()) {
    if (!store.of(PLAN).notifications.has(id)) {
      violations.push({ invariant: 'P1', message: `${id} arrived, and nobody wanted to send it.` });
    }
  }
  if (extras > excuses) {
    violations.push({ invariant: 'P3', message: `${extras} messages arrived again, with ${excuses} reasons for it.` });
  }
  return violations;
}

/** Nobody hears of the end of an alert before its beginning: what counts is when a message arrived first. */
function pagesArriveInTheirOrder({ store, taken }: Remains): Violation[] {
  const rank = { flapping: 0, fired: 1, repeated: 2, resolved: 3 } as const;
  const { notifications } = store.of(PLAN);
  const last = new Map<string, { readonly text: string; readonly order: number }>();
  const violations: Violation[] = [];
  for (const id of [...taken.keys(), ...store.inbox.keys()]) {
    const identity = notifications.get(id)?.row.identity;
    if (identity === undefined) continue;
    const { episode, step: telling, cycle, recipient } = identity;
    const queue = queueOf(identity);
    const before = last.get(queue);
    const text = `${telling} ${cycle}`;
    const order = rank[telling] * 1_000 + cycle;
    if (before !== undefined && before.order > order) {
      violations.push({ invariant: 'order', message: `${episode}: ${recipient} heard ${text} after ${before.text}.` });
    }
    last.set(queue, { text, order });
  }
  return violations;
}

function nothingSettledTwice({ store }: Remains): Violation[] {
  const ends = new Map<string, number>();
  for (const { fact } of store.of(PLAN).facts) {
    if (fact.kind !== 'delivery-accepted' && fact.kind !== 'delivery-failed') continue;
    const id = String(fact.body['notification']);
    ends.set(id, (ends.get(id) ?? 0) + 1);
  }
  return [...ends]
    .filter(([, count]) => count > 1)
    .map(([id, count]) => ({ invariant: 'fence', message: `The outcome of ${id} was settled ${count} times.` }));
}

function nothingEarly(remains: Remains): Violation[] {
  const { store, mayBeDatedBack } = remains;
  const rows = store.of(PLAN);
  const violations: Violation[] = [];
  const failures = [...recordsWithReceipt(remains)].filter(({ record }) => record.name === 'failure');
  const beats = [...recordsWithReceipt(remains)].filter(({ record }) => record.name === 'beat');
  for (const row of rows.aggregates.values()) {
    if (row.kind !== 'alert') continue;
    if (row.rule === 'quiet' && !mayBeDatedBack) {
      // Silence goes by the time of the event, never one in the future.
      const heard = beats.filter(({ at }) => at < row.openedAt).map(({ at, record }) => Math.min(at, record.time));
      const silentMs = row.openedAt - Math.max(Number.NEGATIVE_INFINITY, ...heard);
      if (silentMs < QUIET_MS) {
        violations.push({ invariant: 'T1', message: `${row.key}: silence was judged after ${silentMs} ms.` });
      }
    }
    if (row.rule === 'lasting') {
      // Two failures within 5 s have to have been there since the duration began.
      const began = failures.filter(({ at }) => at <= row.openedAt - LASTING_MS);
      if (began.length < 2) violations.push({ invariant: 'T1', message: `${row.key}: fired before its duration.` });
    }
  }
  // Repeats are counted from the first message, or from the one at the end of a silence.
  const countedFrom = new Map<string, { readonly at: Instant; readonly cycle: number }>();
  for (const { fact } of rows.facts) {
    const { kind, subject, at, reason, body } = fact;
    if (kind !== 'notified' || body['rule'] !== 'burst') continue;
    const key = `${subject} ${String(body['recipient'])}`;
    const cycle = Number(body['cycle']);
    if (reason !== 'repeat-interval-passed') {
      countedFrom.set(key, { at, cycle });
      continue;
    }
    const from = countedFrom.get(key) ?? { at, cycle: 0 };
    const dueAt = from.at + (cycle - from.cycle) * BURST_REPEAT_MS;
    if (at < dueAt) {
      violations.push({ invariant: 'T1', message: `${subject}: repeated ${dueAt - at} ms before it was due.` });
    }
  }
  return violations;
}

function factsAreExported({ store, blocks }: Remains): Violation[] {
  const { facts } = store.of(PLAN);
  const exported = [...recordsOf(blocks)].filter(isExportedFact).map(({ id }) => id);
  const expected = facts.map(({ sequence }) => `fact-${PLAN}-${sequence}`);
  if (JSON.stringify(exported) === JSON.stringify(expected)) return [];
  return [
    {
      invariant: 'export',
      message: `${exported.length} facts are in the spool, ${expected.length} are stored, or their order differs.`,
    },
  ];
}

function isExportedFact({ id }: EventRecord): boolean {
  return id.startsWith(`fact-${PLAN}-`);
}

function* recordsOf(blocks: readonly Block[]): Generator<EventRecord> {
  for (const block of blocks) yield* decodePayload(block.payload);
}

function* recordsWithReceipt(remains: Remains): Generator<{ readonly record: EventRecord; readonly at: Instant }> {
  for (const block of remains.blocks) {
    for (const record of decodePayload(block.payload)) yield { record, at: countsFrom(remains, block) };
  }
}

function countsFrom({ foundAt }: Remains, block: Block): Instant {
  return Math.max(block.meta.receivedAt, foundAt.get(blockKey(block)) ?? 0);
}

function* batchesOf(blocks: readonly Block[]): Generator<readonly Block[]> {
  let start = 0;
  for (let index = 1; index <= blocks.length; index += 1) {
    if (index < blocks.length && blocks[index]?.meta.batch === blocks[start]?.meta.batch) continue;
    if (index > start) yield blocks.slice(start, index);
    start = index;
  }
}

function sameJson(left: string | undefined, right: string): boolean {
  return left !== undefined && canonical(left) === canonical(right);
}

function canonical(text: string): string {
  const value = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
