import type { Failure } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { Probe } from '#plan/probe.ts';
import { partMessage } from '#plan/probe-fields.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import { inspectJson, jsonProblem } from '../json-guard.ts';
import { buildOwn, ownId } from '../own-events.ts';
import type { RecordBuilder } from '../record-builder.ts';

/** A due instant may be so far ahead of our clock: it names a result, and a wrong one would keep the probe from being looked at. */
export const DUE_AHEAD_MS = 60_000;
const RESULT_DEPTH = 2;
const FIELDS = 32;
const FIELD_NAME = /^[a-z][a-z0-9_.]{0,39}$/;
const REASON = /^[a-z][a-z0-9-]{0,59}$/;
const OUTCOMES = ['passed', 'failed', 'unmeasured'];
/** The record's own number; text of that name is an attribute. */
const VALUE = 'value';

/** What a body says of who looked, from the address that it was sent to, and which probes the plan has. */
export interface CheckSource {
  readonly location: string;
  readonly probe: (name: string) => Probe | undefined;
}

interface CheckResult {
  readonly probe: string;
  readonly dueAt: Instant;
  readonly at: Instant;
  readonly outcome: string;
  readonly reason?: string;
  readonly message?: string;
  readonly durationMs: number;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly evidence?: string;
  readonly parts?: Readonly<Record<string, boolean>>;
}

/** `POST /v1/checks`: results of probes, strictly shaped, to events `check`. Each is taken or refused by itself. */
export function decodeChecks(text: string, source: CheckSource, context: DecodeContext): Result<Decoded, Failure> {
  const problem = inspectJson(text, limits.jsonKeys, RESULT_DEPTH);
  if (problem !== undefined) return fail(problem);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return fail({ code: 'malformed-body', message: jsonProblem(error) });
  }
  const results = isMap(body) && Object.keys(body).length === 1 ? body['results'] : undefined;
  if (!Array.isArray(results)) return fail({ code: 'malformed-body', message: 'The body is not {"results": […]}.' });
  if (results.length > limits.probeResultsPerRequest) {
    const message = `At most ${limits.probeResultsPerRequest} results are taken at once.`;
    return fail({ code: 'body-too-large', message });
  }
  const decoded = buildOwn(context, (builder) => {
    for (const result of results as readonly unknown[]) {
      const wrong = problemOf(result, source, context.receivedAt);
      if (wrong === undefined) addEvents(builder, result as CheckResult, source);
      else builder.refuse('field-invalid', wrong);
    }
  });
  return ok(decoded);
}

/** The id under which a result counts once, and that of what it says of a part. */
export function checkId(probe: string, location: string, dueAt: Instant, part?: string): string {
  return ownId('check', [probe, location, dueAt, ...(part === undefined ? [] : [part])]);
}

function addEvents(builder: RecordBuilder, result: CheckResult, { location, probe: probeOf }: CheckSource): void {
  const { probe, dueAt, at, outcome, reason, message, durationMs, fields, evidence, parts = {} } = result;
  const known = probeOf(probe);
  const setHead = (service: string | undefined, state: string): void => {
    builder.set('probe', probe);
    builder.set('service', service);
    builder.set('location', location);
    builder.set('outcome', state);
    builder.set('due', dueAt);
    builder.set('kind', known?.check.kind);
  };
  setHead(known?.service, outcome);
  builder.set('reason', reason);
  builder.set('message', message);
  builder.set('evidence', evidence);
  const value = fields[VALUE];
  for (const [name, field] of Object.entries(fields)) {
    if (name !== VALUE || typeof field !== 'number') builder.set(name, field);
  }
  builder.end({
    name: 'check',
    time: at,
    id: checkId(probe, location, dueAt),
    durationMs,
    ...(typeof value === 'number' && { value }),
  });
  for (const [service, isWell] of Object.entries(parts)) {
    setHead(service, isWell ? 'passed' : 'failed');
    builder.set('part', service);
    if (!isWell) {
      const path = known?.parts?.[service];
      builder.set('reason', 'part-failed');
      builder.set('message', path === undefined ? undefined : partMessage(path));
    }
    builder.end({ name: 'check', time: at, id: checkId(probe, location, dueAt, service) });
  }
}

type Json = Readonly<Record<string, unknown>>;

const SHAPE: Readonly<Record<keyof CheckResult | 'location', (value: unknown) => boolean>> = {
  probe: (value) => isText(value, limits.nameBytes) && value !== '',
  location: (value) => isText(value, limits.nameBytes),
  dueAt: isInstant,
  at: isInstant,
  outcome: (value) => OUTCOMES.includes(value as string),
  reason: (value) => value === undefined || (typeof value === 'string' && REASON.test(value)),
  message: (value) => value === undefined || isText(value, limits.probeMessageCharacters * 2),
  durationMs: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  fields: (value) => isMap(value) && Object.keys(value).length <= FIELDS && Object.entries(value).every(isField),
  evidence: (value) => value === undefined || isText(value, limits.probeEvidenceCharacters * 2),
  parts: (value) =>
    value === undefined ||
    (isMap(value) &&
      Object.keys(value).length <= FIELDS &&
      Object.entries(value).every(([name, state]) => name !== '' && name.length <= 100 && typeof state === 'boolean')),
};

function problemOf(result: unknown, { location }: CheckSource, receivedAt: Instant): string | undefined {
  if (!isMap(result)) return 'A result is an object.';
  const other = Object.keys(result).find((key) => !Object.hasOwn(SHAPE, key));
  if (other !== undefined) return `A result has no field '${other.slice(0, 40)}'.`;
  for (const [key, holds] of Object.entries(SHAPE)) {
    if (!holds(result[key])) return `${key}: not as results have it.`;
  }
  if (result['location'] !== location) return `location: ${location} tells its own results only.`;
  if (result['outcome'] !== 'passed' && result['reason'] === undefined) return 'reason: why it did not pass is needed.';
  if ((result['dueAt'] as Instant) > receivedAt + DUE_AHEAD_MS) return 'dueAt: more than a minute ahead of our clock.';
  return undefined;
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, characters: number): boolean {
  return typeof value === 'string' && value.length <= characters;
}

/** Whether a value of JSON is an instant. */
export function isInstant(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isField([name, value]: readonly [string, unknown]): boolean {
  if (!FIELD_NAME.test(name)) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'boolean' || isText(value, limits.probeEvidenceCharacters * 2);
}
