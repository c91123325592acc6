import type { DurationMs, Instant } from '#kernel/instant.ts';
import { nextDue, readCron } from '#plan/cron.ts';
import type { CompiledPlan, FieldValue } from '#plan/model.ts';
import type { Heartbeat, Probe } from '#plan/probe.ts';
import { partMessage, unconfirmedMessage } from '#plan/probe-fields.ts';
import type { EventRecord } from '#signals/record.ts';
import type { HeartbeatDoing, ProbeAnswer } from './scenario.ts';

/** What a check takes on this stage. */
const DURATION_MS: DurationMs = 100;

interface Looking {
  readonly probe: string;
  answer: ProbeAnswer;
  /** What an answer tells of the parts that were named; it tells of the others that they are well. */
  readonly parts: Map<string, ProbeAnswer['is']>;
  /** The grid is counted from here. */
  readonly from: Instant;
  everyMs: DurationMs | undefined;
  nextAt: Instant | undefined;
  failing: boolean;
  /** A look that waits for what it sent, in vain. */
  waiting: { readonly dueAt: Instant; readonly until: Instant } | undefined;
}

interface Job {
  readonly heartbeat: string;
  readonly state: 'succeeded' | 'failed';
  nextAt: Instant;
}

/** What a stage knows of the plan in force. */
export interface Surroundings {
  readonly plan: CompiledPlan;
  readonly phase: string | undefined;
}

/**
 * The prober and the jobs of a rehearsal. A probe is looked at from its first step on, at its interval of the phase and closer while it
 * fails; what a later step changes is found at the next look. A heartbeat comes, or says that it failed, at each due instant until it stops.
 */
export class RehearsedChecks {
  private readonly surroundings: () => Surroundings;
  private readonly looks: Map<string, Looking> = new Map();
  private readonly jobs: Map<string, Job> = new Map();
  /** Starts that wait to be sent. */
  private readonly starts: string[] = [];

  constructor(surroundings: () => Surroundings) {
    this.surroundings = surroundings;
  }

  /** From now on the target answers so. */
  probe(name: string, answer: ProbeAnswer, now: Instant): void {
    const known = this.looks.get(name);
    if (known !== undefined) known.answer = answer;
    else this.looks.set(name, begin(name, answer, now));
  }

  /** From now on an answer tells of a part so; *not measured* is not telling of it. A probe without a step of its own answers. */
  part(name: string, part: string, is: ProbeAnswer['is'], now: Instant): void {
    const look = this.looks.get(name) ?? begin(name, { is: 'answers', fields: [] }, now);
    look.parts.set(part, is);
    this.looks.set(name, look);
  }

  heartbeat(name: string, doing: HeartbeatDoing, now: Instant): void {
    this.jobs.delete(name);
    if (doing === 'starts') this.starts.push(name);
    if (doing !== 'comes' && doing !== 'fails') return;
    this.jobs.set(name, { heartbeat: name, state: doing === 'comes' ? 'succeeded' : 'failed', nextAt: now });
  }

  /** When something happens next; a phase that begins earlier may bring it forward. */
  get nextAt(): Instant | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const { nextAt, waiting } of this.looks.values()) {
      next = Math.min(next, nextAt ?? next, waiting?.until ?? next);
    }
    for (const { nextAt } of this.jobs.values()) if (nextAt < next) next = nextAt;
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** What is sent at this instant. */
  take(at: Instant): readonly EventRecord[] {
    const { plan, phase } = this.surroundings();
    const records: EventRecord[] = [];
    for (const name of this.starts.splice(0)) records.push(checkIn(name, 'started', at, plan));
    for (const look of this.looks.values()) {
      const probe = plan.probes?.find((one) => one.name === look.probe);
      if (probe === undefined) continue;
      if (look.waiting !== undefined && look.waiting.until <= at) {
        records.push(resultOf(probe, look.answer, look.waiting.dueAt, at));
        look.waiting = undefined;
        look.failing = true;
      }
      const everyMs = intervalOf(probe, phase, look.failing);
      if (everyMs !== look.everyMs && look.everyMs !== undefined) look.nextAt = following(look, everyMs, at - 1);
      else if (look.nextAt === undefined && everyMs !== undefined) look.nextAt = following(look, everyMs, at - 1);
      look.everyMs = everyMs;
      if (everyMs === undefined) look.nextAt = undefined;
      if (everyMs === undefined || look.nextAt === undefined || look.nextAt > at) continue;
      if (look.answer.is === 'not confirmed' && probe.confirm !== undefined) {
        look.waiting = { dueAt: at, until: at + probe.confirm.withinMs };
      } else {
        records.push(resultOf(probe, look.answer, at), ...partsOf(probe, look, at));
        if (look.answer.is !== 'not measured') look.failing = look.answer.is === 'fails';
      }
      look.everyMs = intervalOf(probe, phase, look.failing);
      look.nextAt = following(look, look.everyMs, at);
    }
    for (const job of this.jobs.values()) {
      const heartbeat = plan.heartbeats?.find((one) => one.name === job.heartbeat);
      if (heartbeat === undefined || job.nextAt > at) continue;
      records.push(checkIn(job.heartbeat, job.state, at, plan));
      job.nextAt = dueAfter(heartbeat, at, plan.timezone);
    }
    return records;
  }
}

function begin(probe: string, answer: ProbeAnswer, from: Instant): Looking {
  return {
    probe,
    answer,
    parts: new Map(),
    from,
    everyMs: undefined,
    nextAt: from,
    failing: false,
    waiting: undefined,
  };
}

function intervalOf(
  { everyMs, whileFailingMs }: Probe,
  phase: string | undefined,
  failing: boolean,
): DurationMs | undefined {
  const every = (phase === undefined ? undefined : everyMs.phases?.[phase]) ?? everyMs.otherwise;
  return every === undefined || !failing ? every : Math.min(every, whileFailingMs ?? every);
}

/** The first instant of the grid after `at`. */
function following({ from }: Looking, everyMs: DurationMs | undefined, at: Instant): Instant | undefined {
  return everyMs === undefined ? undefined : from + (Math.floor((at - from) / everyMs) + 1) * everyMs;
}

function dueAfter({ schedule }: Heartbeat, at: Instant, timezone: string): Instant {
  if (schedule.kind === 'interval') return at + schedule.everyMs;
  const cron = readCron(schedule.expression);
  return cron.ok ? nextDue(cron.value, at, timezone) : Number.POSITIVE_INFINITY;
}

/** An event as intake makes it of a prober's result. */
function resultOf(probe: Probe, answer: ProbeAnswer, dueAt: Instant, at: Instant = dueAt): EventRecord {
  const told = {
    answers: { outcome: 'passed' },
    fails: { outcome: 'failed', reason: 'expectation-failed', message: failureOf(probe, answer) },
    'not confirmed': {
      ...{ outcome: 'failed', reason: 'not-confirmed' },
      message: probe.confirm === undefined ? '' : unconfirmedMessage(probe.confirm, 'the id of the look'),
    },
    'not measured': { outcome: 'unmeasured', reason: 'address-refused', message: 'could not look' },
  }[answer.is];
  const attributes: Record<string, FieldValue> = {
    probe: probe.name,
    ...(probe.service === undefined ? {} : { service: probe.service }),
    location: 'here',
    kind: probe.check.kind,
    ...told,
    due: dueAt,
    ...Object.fromEntries(answer.fields.map(({ field, value }) => [field, value])),
  };
  // Of an event these are fields of its own, as intake has them.
  const { value, time, ...rest } = attributes;
  return {
    name: 'check',
    time: at,
    id: `check-${probe.name}-here-${dueAt}`,
    durationMs: typeof time === 'number' ? time : DURATION_MS + (at - dueAt),
    ...(typeof value === 'number' ? { value } : {}),
    attributes: typeof value === 'number' || value === undefined ? rest : { ...rest, value },
  };
}

/** What an answer tells of the parts; a failure that has fields is an answer too. */
function partsOf(probe: Probe, { answer, parts }: Looking, at: Instant): readonly EventRecord[] {
  if (answer.is === 'not measured' || (answer.is === 'fails' && answer.fields.length === 0)) return [];
  return Object.entries(probe.parts ?? {}).flatMap(([part, path]): EventRecord[] => {
    const is = parts.get(part) ?? 'answers';
    if (is === 'not measured') return [];
    const attributes = {
      probe: probe.name,
      service: part,
      part,
      location: 'here',
      kind: probe.check.kind,
      outcome: is === 'answers' ? 'passed' : 'failed',
      ...(is === 'answers' ? {} : { reason: 'part-failed', message: partMessage(path) }),
      due: at,
    };
    return [{ name: 'check', time: at, id: `check-${probe.name}-here-${at}-${part}`, attributes }];
  });
}

/** `status 503, expected status = 200`. */
function failureOf(probe: Probe, { fields, message }: ProbeAnswer): string {
  if (message !== undefined) return message;
  const [first] = fields;
  if (first === undefined) return 'no answer';
  const expected = probe.expect.find(({ text }) => text.startsWith(`${first.field} `));
  return `${first.field} ${first.value}${expected === undefined ? '' : `, expected ${expected.text}`}`;
}

function checkIn(
  heartbeat: string,
  state: 'started' | 'succeeded' | 'failed',
  at: Instant,
  plan: CompiledPlan,
): EventRecord {
  const service = plan.heartbeats?.find(({ name }) => name === heartbeat)?.service;
  const attributes = { heartbeat, state, ...(service === undefined ? {} : { service }) };
  return { name: 'heartbeat', time: at, id: `heartbeat-${heartbeat}-${state}-${at}`, attributes };
}
