import type { ErrorCode } from '#kernel/error-codes.ts';
import { levelOf } from './error-event.ts';
import { fieldOf, hexIdOf, instantOf, listOf, numberOf, textIn } from './fields.ts';
import { setOrigin, type Target, withoutAddress } from './origin.ts';
import { originOf, setKept, typedAttributes, userOfAttributes } from './spans.ts';

/** How a session stands, and whether that is well. */
const outcomes: Readonly<Record<string, 'ok' | 'error'>> = {
  ok: 'ok',
  exited: 'ok',
  errored: 'error',
  crashed: 'error',
  abnormal: 'error',
  unhandled: 'error',
};

/** An item `session`: one state of one session. Each state is an event, told from the others by the session's id. */
export function takeSession(target: Target, session: unknown): void {
  const status = textIn(session, 'status') ?? 'ok';
  const id = hexIdOf(fieldOf(session, 'sid'));
  const seconds = numberOf(fieldOf(session, 'duration'));
  const user = textIn(session, 'did');
  const { builder, shiftMs } = target;
  const at = instantOf(fieldOf(session, 'timestamp')) ?? instantOf(fieldOf(session, 'started'));
  const time = at === undefined ? undefined : at + shiftMs;
  setSession(target, session, status, time);
  builder.set('errors', numberOf(fieldOf(session, 'errors')));
  builder.end({
    name: 'session',
    time,
    id: id === undefined ? undefined : `session-${id}-${status}`,
    user: user === undefined ? undefined : withoutAddress(user),
    ...(seconds !== undefined && { durationMs: seconds * 1_000 }),
    value: 1,
  });
}

/** An item `sessions`: how many sessions came to which end, by the minute in which they began; `value` is how many. */
export function takeSessionCounts(target: Target, sessions: unknown): void {
  for (const aggregate of listOf(fieldOf(sessions, 'aggregates'))) {
    const at = instantOf(fieldOf(aggregate, 'started'));
    const time = at === undefined ? undefined : at + target.shiftMs;
    const user = textIn(aggregate, 'did');
    for (const status of Object.keys(outcomes)) {
      const value = numberOf(fieldOf(aggregate, status));
      if (value === undefined || value <= 0) continue;
      setSession(target, sessions, status, time);
      target.builder.end({
        name: 'session',
        time,
        value,
        user: user === undefined ? undefined : withoutAddress(user),
      });
    }
  }
}

function setSession(target: Target, of: unknown, status: string, time: number | undefined): void {
  const attributes = fieldOf(of, 'attrs');
  const release = textIn(attributes, 'release');
  setOrigin(target, { release, environment: textIn(attributes, 'environment') }, time);
  target.builder.set('release', release);
  target.builder.set('session_status', status);
  target.builder.set('outcome', Object.hasOwn(outcomes, status) ? outcomes[status] : 'ok');
}

/** An item `log`: a list of lines with their levels and attributes. */
export function takeLogs(target: Target, container: unknown): void {
  for (const line of listOf(fieldOf(container, 'items'))) {
    const attributes = typedAttributes(fieldOf(line, 'attributes'));
    const at = instantOf(fieldOf(line, 'timestamp'));
    const time = at === undefined ? undefined : at + target.shiftMs;
    setOrigin(target, originOf(attributes), time);
    target.builder.set('level', levelOf(fieldOf(line, 'level')));
    target.builder.set('message', textIn(line, 'body'));
    target.builder.set('trace_id', hexIdOf(fieldOf(line, 'trace_id')));
    target.builder.set('span_id', hexIdOf(fieldOf(line, 'span_id')));
    setKept(target, attributes);
    target.builder.end({ name: 'log', time, user: userOfAttributes(attributes) });
  }
}

const LOST: ErrorCode = 'lost-at-sender';

/** An item `client_report`: what the SDK left out, which is said where refusals are. */
export function takeClientReport(target: Target, report: unknown): void {
  for (const list of ['discarded_events', 'rate_limited_events', 'filtered_events', 'filtered_sampling_events']) {
    for (const lost of listOf(fieldOf(report, list))) {
      const quantity = numberOf(fieldOf(lost, 'quantity')) ?? 0;
      if (!Number.isSafeInteger(quantity) || quantity <= 0) continue;
      const category = textIn(lost, 'category') ?? 'of an unnamed kind';
      target.builder.trim(LOST, `${category}: ${textIn(lost, 'reason') ?? 'no reason given'}`, quantity);
    }
  }
}
