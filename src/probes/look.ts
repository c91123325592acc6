import { base32 } from '#kernel/base32.ts';
import { type DurationMs, formatDuration, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Random } from '#kernel/ports.ts';
import type { LookQuestion } from '#plan/look-question.ts';
import type { FieldValue } from '#plan/model.ts';
import type { Expectation, Probe } from '#plan/probe.ts';
import { agedField } from '#plan/probe-fields.ts';
import { RUN_ID_BYTES, runId } from '#plan/run-id.ts';
import { compileMatcher, type RowMatcher } from '#signals/predicate.ts';
import { ageOf } from './age.ts';
import { kindOf } from './catalogue.ts';
import { type AskHeard, announce, awaitConfirmation, sends } from './confirmation.ts';
import { type ProbeContext, type Problem, type SecretLook, type Sighting, timeFields } from './kind.ts';
import type { ProbeResult } from './result.ts';

/** When, from where, and with how much time. */
export interface Occasion {
  readonly dueAt: Instant;
  readonly location: string;
  /** What is left of the time until the next look. */
  readonly timeoutMs: DurationMs;
}

export type LookContext = Omit<ProbeContext, 'timeoutMs' | 'run'> & {
  readonly random: Pick<Random, 'bytes'>;
  /** What intake has heard of a look of this plan. */
  readonly heard: AskHeard;
  /** How long this process has been held up so far, in all: time that was nobody's to answer in. */
  readonly heldUpMs?: () => number;
};

/** Less than this share of its timeout is no fair chance: what then does not answer has not failed. */
const FAIR_SHARE = 0.8;
const DURATION = 'time';

/** Looks once at the target of a probe and judges what is seen. Never throws, and ends soon after its time. */
export async function look(probe: Probe, occasion: Occasion, context: LookContext): Promise<ProbeResult> {
  const { now, random } = context;
  const told = new Secrets(context.secret);
  let made: string | undefined;
  const run = (): string => {
    made ??= runId(base32(random.bytes(RUN_ID_BYTES)));
    return made;
  };
  const taken = await take(probe, occasion, { ...context, secret: (name) => told.look(name), run });
  const { sighting, durationMs } = taken;
  const problem = context.signal.aborted ? STOPPED : taken.problem;
  const parts = partsOf(probe, sighting);
  return {
    probe: probe.name,
    location: occasion.location,
    dueAt: occasion.dueAt,
    at: now(),
    outcome: problem?.outcome ?? 'passed',
    ...(problem === undefined
      ? {}
      : { reason: problem.reason, message: told.hide(cut(problem.message, limits.probeMessageCharacters)) }),
    durationMs: hundredths(durationMs),
    fields: hideIn({ ...sighting.fields, ...taken.fields }, told),
    ...(problem === undefined || sighting.evidence === undefined || sighting.evidence === ''
      ? {}
      : { evidence: cut(told.hide(sighting.evidence), limits.probeEvidenceCharacters) }),
    ...(parts === undefined ? {} : { parts }),
  };
}

/** What was seen, what is wrong with it, and how long all of it took. */
interface Taken {
  readonly sighting: Sighting;
  readonly problem?: Problem | undefined;
  readonly durationMs: number;
  /** Beside those of the sighting. */
  readonly fields?: Sighting['fields'];
}

type TakeContext = LookContext & Pick<ProbeContext, 'run'>;

/** Says that it begins where it sends something, looks, judges, and waits for the confirmation that the plan wants. */
async function take(probe: Probe, occasion: Occasion, context: TakeContext): Promise<Taken> {
  const { clock, now, run, heard } = context;
  const { dueAt } = occasion;
  const question = (): LookQuestion => ({ probe: probe.name, dueAt, run: run() });
  const announced = sends(probe) ? await announce(probe, question(), heard) : undefined;
  if (announced?.ok === false) return { sighting: { fields: {} }, problem: announced.failure, durationMs: 0 };
  const startedMs = clock.monotonicMs();
  const heldUpBeforeMs = context.heldUpMs?.() ?? 0;
  const sighting = await see(probe, occasion, context);
  const durationMs = clock.monotonicMs() - startedMs;
  const givenMs = occasion.timeoutMs - ((context.heldUpMs?.() ?? 0) - heldUpBeforeMs);
  const problem = lateness(probe, givenMs, sighting) ?? judge(probe, sighting, hundredths(durationMs), now());
  const { confirm } = probe;
  if (confirm === undefined || announced?.value === undefined) return { sighting, problem, durationMs };
  const fields = { run: run() };
  if (problem !== undefined) return { sighting, problem, durationMs, fields };
  const leftMs = confirm.withinMs - durationMs;
  const { signal } = context;
  const found = await awaitConfirmation({
    ...{ confirm, question: question(), ask: heard, announced: announced.value, leftMs, clock, signal },
  });
  const waitedMs = clock.monotonicMs() - startedMs - durationMs;
  if (!('agoMs' in found)) return { sighting, problem: found, durationMs: durationMs + waitedMs, fields };
  const confirmedMs = Math.max(0, waitedMs - found.agoMs);
  return {
    sighting,
    durationMs: durationMs + confirmedMs,
    fields: { ...fields, ...timeFields({ confirmedMs }) },
  };
}

const STOPPED: Problem = { outcome: 'unmeasured', reason: 'stopped', message: 'The prober was stopped meanwhile.' };

async function see(probe: Probe, { timeoutMs }: Occasion, context: TakeContext): Promise<Sighting> {
  const kind = kindOf(probe.check);
  if (kind === undefined) {
    const message = `This prober does not know checks of the kind ${probe.check.kind}; it is older than the server.`;
    return { fields: {}, problem: { outcome: 'unmeasured', reason: 'kind-unknown', message } };
  }
  try {
    return await kind.run(probe.check, { ...context, timeoutMs });
  } catch (error) {
    const message = `Something of ours broke: ${error instanceof Error ? error.message : String(error)}`;
    return { fields: {}, problem: { outcome: 'unmeasured', reason: 'internal-error', message } };
  }
}

/** A target that was given less than its time and did not use it up has been measured; one that did has not. */
function lateness(probe: Probe, givenMs: number, { problem }: Sighting): Problem | undefined {
  if (problem?.reason !== 'timed-out' || givenMs >= probe.timeoutMs * FAIR_SHARE) return undefined;
  const message = `Of ${probe.timeoutMs} ms only ${Math.max(0, Math.round(givenMs))} were the target's: we were late, or held up.`;
  return { outcome: 'unmeasured', reason: 'started-late', message };
}

/** What one result holds, for expectations; remembers what was looked at, to say it. */
interface Row {
  read(field: string): FieldValue | undefined;
}

const matchers = new WeakMap<Expectation, RowMatcher<Row>>();

function matcherOf(expectation: Expectation): RowMatcher<Row> {
  const known = matchers.get(expectation);
  if (known !== undefined) return known;
  const made = compileMatcher<Row>(expectation.where, (field) => (row) => row.read(field));
  matchers.set(expectation, made);
  return made;
}

function judge(probe: Probe, sighting: Sighting, durationMs: number, now: Instant): Problem | undefined {
  if (sighting.problem !== undefined) return sighting.problem;
  if (probe.expect.length === 0) return sighting.demand?.();
  for (const expectation of probe.expect) {
    const found = new Map<string, FieldValue | undefined>();
    const holds = matcherOf(expectation)({
      read(field) {
        const aged = agedField(field);
        const seen = field === DURATION ? durationMs : sighting.read?.(aged ?? field);
        const value = aged === undefined ? seen : ageOf(seen, now);
        found.set(field, value);
        // What has no age is shown as it stands there.
        if (aged !== undefined && value === undefined) found.set(aged, seen);
        return value;
      },
    });
    if (sighting.isCut?.() === true) {
      const message = `\`${expectation.text}\` looks at a body of more than ${limits.probeBodyBytes} bytes.`;
      return { outcome: 'unmeasured', reason: 'too-large', message };
    }
    if (!holds) {
      const message = `\`${expectation.text}\` was expected; ${foundWords(found)}.`;
      return { outcome: 'failed', reason: 'expectation-failed', message };
    }
  }
  return undefined;
}

function foundWords(found: ReadonlyMap<string, FieldValue | undefined>): string {
  return [...found]
    .map(([field, value]) => {
      if (value === undefined) return `there is no \`${field}\``;
      if (field === 'body') return 'the body is another';
      const isAge = typeof value === 'number' && agedField(field) !== undefined;
      return `\`${field}\` was ${isAge ? formatDuration(value) : cut(JSON.stringify(value), 200)}`;
    })
    .join(', ');
}

function partsOf({ parts }: Probe, sighting: Sighting): Readonly<Record<string, boolean>> | undefined {
  if (parts === undefined || sighting.part === undefined) return undefined;
  const states = Object.entries(parts).flatMap(([service, field]) => {
    const state = sighting.part?.(field);
    return state === undefined ? [] : [[service, state] as const];
  });
  return states.length === 0 ? undefined : Object.fromEntries(states);
}

/** The secrets that a look was given: a target may send back what it was sent. */
class Secrets {
  readonly #look: (name: string) => SecretLook;
  readonly #values = new Set<string>();

  constructor(lookUp: (name: string) => SecretLook) {
    this.#look = lookUp;
  }

  look(name: string): SecretLook {
    const found = this.#look(name);
    if (found.state === 'known' && found.value !== '') {
      this.#values.add(found.value);
      // As it stands in a JSON body.
      this.#values.add(JSON.stringify(found.value).slice(1, -1));
      // A header's scheme is no secret; what follows it is, also by itself.
      const [, scheme = '', bare] = /^(Bearer|Basic|Token) +(\S+)$/i.exec(found.value) ?? [];
      if (bare !== undefined) this.#values.add(bare);
      const password = scheme.toLowerCase() === 'basic' ? passwordIn(bare ?? '') : '';
      if (password !== '') this.#values.add(password);
    }
    return found;
  }

  hide(text: string): string {
    let hidden = text;
    for (const value of this.#values) hidden = hidden.replaceAll(value, '***');
    return hidden;
  }
}

function passwordIn(credentials: string): string {
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

function hideIn(fields: Sighting['fields'], told: Secrets): Sighting['fields'] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? told.hide(value) : value]),
  );
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
