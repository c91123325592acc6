import type { ErrorCode } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Draft } from './draft.ts';
import type { Alert, CoreInput, RefusalReason, Silence } from './model.ts';
import { tellChanges } from './notify.ts';
import { ruleHint } from './rule-hint.ts';
import { describe, finishSilence, putNewSilence, silencesOf } from './silences.ts';
import type { Via } from './via.ts';

/** The input of a command. */
export type Command<Kind extends CoreInput['kind']> = Extract<CoreInput, { readonly kind: Kind }>;

/**
 * Somebody takes care of an alert: it is not told again, only its end. Whoever gives the command again, or after its answer was lost, has
 * acknowledged it; for others it is refused.
 */
export function acknowledge(draft: Draft, input: Command<'acknowledge'>, now: Instant): void {
  const alert = draft.alerts.get(input.alert);
  if (alert === undefined) {
    refuse(draft, input, input.alert, 'alert-unknown', 'not-found', `There is no alert ${input.alert}.`, now);
    return;
  }
  if (alert.acknowledged?.by === input.by) {
    draft.outcome = { state: 'done', subject: alert.key };
    return;
  }
  const outdated = input.expectedVersion !== undefined && input.expectedVersion !== alert.version;
  const reason: RefusalReason | undefined =
    alert.state === 'resolved'
      ? 'alert-already-resolved'
      : alert.acknowledged !== undefined
        ? 'already-acknowledged'
        : outdated
          ? 'outdated-version'
          : undefined;
  if (reason !== undefined) {
    const code = outdated ? 'version-conflict' : 'already-done';
    refuse(draft, input, alert.key, reason, code, describeAlert(draft, alert), now);
    return;
  }
  const { repeatAt: _repeatAt, dueAt, ...rest } = alert;
  const { by, via } = input;
  const acknowledged: Alert = {
    ...rest,
    version: alert.version + 1,
    acknowledged: { by, at: now, via },
    // The end of a flapping spell is awaited as before.
    ...(alert.flapping && dueAt !== undefined ? { dueAt } : {}),
  };
  draft.putAlert(acknowledged);
  draft.record({
    at: now,
    kind: 'alert-acknowledged',
    subject: alert.key,
    reason: 'acknowledged',
    body: { alert: alert.key, rule: alert.rule, group: alert.group, by, via },
  });
  draft.outcome = { state: 'done', subject: alert.key };
}

/** Begins a silence, once for each request. */
export function beginSilence(draft: Draft, input: Command<'silence'>, now: Instant): void {
  const { rule, group, until, reason, by, via, request } = input;
  const silences = [...draft.silences.values()];
  const same = silences.find((silence) => silence.request === request);
  if (same !== undefined) {
    draft.outcome = { state: 'done', subject: same.key };
    return;
  }
  if (rule !== undefined && !draft.plan.rules.some(({ name }) => name === rule)) {
    const message = `The plan has no rule "${rule}". ${ruleHint(draft.plan, rule)}`;
    refuse(draft, input, rule, 'rule-unknown', 'not-found', message, now);
    return;
  }
  if (until <= now) {
    const message = `${formatInstant(until)} is over already; a silence ends in the future.`;
    refuse(draft, input, rule ?? 'plan', 'silence-over', 'invalid-request', message, now);
    return;
  }
  if (silences.filter(({ ended }) => ended === undefined).length >= limits.silencesPerPlan) {
    const message = `${limits.silencesPerPlan} silences last already; end one of them first.`;
    refuse(draft, input, rule ?? 'plan', 'too-many-silences', 'limit-reached', message, now);
    return;
  }
  const key = `S-${draft.line.nextSilence}`;
  draft.line = { ...draft.line, nextSilence: draft.line.nextSilence + 1 };
  const silence: Silence = {
    kind: 'silence',
    key,
    ...(rule === undefined ? {} : { rule }),
    ...(group === undefined ? {} : { group }),
    from: now,
    until,
    reason,
    by,
    version: 1,
    request,
    dueAt: until,
  };
  draft.record({
    at: now,
    kind: 'silence-began',
    subject: key,
    reason: 'silenced',
    body: { ...describe(silence), via },
  });
  putNewSilence(draft, silence, now);
  draft.outcome = { state: 'done', subject: key };
}

/** Ends a silence before its time; what it kept quiet and still fires is told at once. */
export function endSilence(draft: Draft, input: Command<'end-silence'>, now: Instant): void {
  const silence = draft.silences.get(input.silence);
  if (silence === undefined) {
    refuse(draft, input, input.silence, 'silence-unknown', 'not-found', `There is no silence ${input.silence}.`, now);
    return;
  }
  const { ended } = silence;
  if (ended?.by === input.by) {
    draft.outcome = { state: 'done', subject: silence.key };
    return;
  }
  const outdated = input.expectedVersion !== undefined && input.expectedVersion !== silence.version;
  if (ended !== undefined) {
    const by = ended.by === undefined ? 'Its time was over' : `${ended.by} ended it`;
    const message = `${silence.key} does not last any more: ${by} at ${formatInstant(ended.at)}.`;
    refuse(draft, input, silence.key, 'silence-over', outdated ? 'version-conflict' : 'already-done', message, now);
    return;
  }
  if (outdated) {
    const message = `${silence.key} is at version ${silence.version}, not ${input.expectedVersion}.`;
    refuse(draft, input, silence.key, 'outdated-version', 'version-conflict', message, now);
    return;
  }
  finishSilence(draft, silence, { at: now, because: 'silence-ended-by-hand', by: input.by });
  tellChanges(draft, now);
  draft.outcome = { state: 'done', subject: silence.key };
}

/** How an alert stands, for whoever gave a command for it as it stood before. */
function describeAlert(draft: Draft, alert: Alert): string {
  const { key, acknowledged, resolvedAt } = alert;
  const parts = [
    ...(acknowledged === undefined
      ? []
      : [`was acknowledged by ${acknowledged.by} at ${formatInstant(acknowledged.at)}`]),
    ...(resolvedAt === undefined ? [] : [`ended at ${formatInstant(resolvedAt)}`]),
  ];
  if (parts.length > 0) return `${key} ${parts.join(' and ')}.`;
  const [silence] = silencesOf(draft, alert);
  const quiet = silence === undefined ? '' : `, silenced by ${silence.by} until ${formatInstant(silence.until)}`;
  return `${key} is at version ${alert.version} by now${quiet}.`;
}

/** Refuses a command with its reason. */
export function refuse(
  draft: Draft,
  { kind, by, via }: { readonly kind: CoreInput['kind']; readonly by: string; readonly via: Via },
  subject: string,
  reason: RefusalReason,
  code: ErrorCode,
  message: string,
  at: Instant,
): void {
  draft.outcome = { state: 'refused', subject, reason, code, message };
  // What nobody knows of has no timeline; a list of guesses is no fact.
  if (code === 'not-found') return;
  draft.record({ at, kind: 'command-refused', subject, reason, body: { command: kind, by, via } });
}
