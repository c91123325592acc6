import { limits } from '#kernel/limits.ts';
import type { FieldValue } from '#plan/model.ts';
import {
  type CheckOf,
  type ProbeContext,
  type ProbeKind,
  type Problem,
  problemOf,
  type Sighting,
  timeFields,
} from '../kind.ts';
import { isWell, readPath } from './json-path.ts';
import { composeRequest } from './request.ts';
import { httpSpec } from './spec.ts';

type Check = CheckOf<'http'>;

/** Asks once, over a connection of its own: a kept one would hide a dead listener, an expired certificate and a full backlog. */
export const httpKind: ProbeKind<'http'> = { spec: httpSpec, run };

async function run(check: Check, context: ProbeContext): Promise<Sighting> {
  const request = composeRequest(check, context);
  if (!request.ok) return { fields: {}, problem: request.failure };
  // Once: what has left is never sent again, whatever becomes of it.
  const answer = await context.dialler.ask(
    { ...request.value, timeoutMs: context.timeoutMs, responseBytes: limits.probeBodyBytes },
    context.signal,
  );
  if (!answer.ok) return { fields: {}, problem: problemOf(answer.failure) };
  const { status, body, isCut = false, timings } = answer.value;
  let wasCutRead = false;
  let text: string | undefined;
  let json: { readonly value: unknown } | undefined;
  const bodyText = (): string => {
    wasCutRead ||= isCut;
    text ??= new TextDecoder().decode(body);
    return text;
  };
  const bodyJson = (): unknown => {
    json ??= { value: parse(bodyText()) };
    return json.value;
  };

  return {
    fields: { status, size: body.length, ...timeFields(timings) },
    evidence: excerpt(body),
    read(field): FieldValue | undefined {
      if (field === 'status') return status;
      if (field === 'body') return bodyText();
      if (field.startsWith('json.')) {
        const value = readPath(bodyJson(), field);
        return isFieldValue(value) ? value : undefined;
      }
      if (field !== 'size') return undefined;
      wasCutRead ||= isCut;
      return body.length;
    },
    isCut: () => wasCutRead,
    demand(): Problem | undefined {
      if (status >= 200 && status <= 299) return undefined;
      const message = `A status from 200 to 299 was expected; it was ${status}.`;
      return { outcome: 'failed', reason: 'status-unexpected', message };
    },
    part: (field) => isWell(readPath(bodyJson(), field)),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFieldValue(value: unknown): value is FieldValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Only the beginning is made text, and only that is kept. */
function excerpt(body: Uint8Array): string {
  return new TextDecoder().decode(body.subarray(0, limits.probeEvidenceCharacters));
}
