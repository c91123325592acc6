import type { AuditEntryAnswer } from '#contract/audit.ts';
import { formatDayTime, formatSpan } from '../../format/times.ts';
import type { ToneAndWord } from '../../kit/tone.ts';

/** What each command of the API is, as the log says it; the object stands behind it. */
export const actionWords: Readonly<Record<string, string>> = {
  'POST /set-up': 'Become the first owner',
  'POST /sign-in': 'Sign in',
  'POST /sign-out': 'Sign out',
  'POST /session/password': 'Give the password again',
  'DELETE /sessions/{session}': 'End a session',
  'POST /password': 'Change the own password',
  'POST /password-reset': 'Set a new password by a link',
  'PUT /members/{member}': 'Change a member',
  'DELETE /members/{member}': 'Remove a member',
  'POST /members/{member}/reset-link': 'Make a link for a new password',
  'POST /invitations': 'Invite',
  'DELETE /invitations/{invitation}': 'Take back an invitation',
  'POST /invitations/open': 'Open an invitation',
  'POST /invitations/accept': 'Accept an invitation',
  'POST /tokens': 'Make a token',
  'DELETE /tokens/{token}': 'Revoke a token',
  'POST /plans': 'Apply a plan',
  'POST /plans/{plan}/versions': 'Apply a version of the plan',
  'POST /plans/{plan}/rehearsals': 'Rehearse',
  'POST /plans/{plan}/keys': 'Make an ingest key',
  'POST /plans/{plan}/users/forget': 'Forget a user',
  'POST /plans/{plan}/launch': 'Launch the plan',
  'DELETE /plans/{plan}/keys/{id}': 'Revoke an ingest key',
  'POST /plans/{plan}/alerts/{alert}/acknowledge': 'Acknowledge',
  'POST /plans/{plan}/errors/{error}/state': 'Change the state of an error',
  'POST /plans/{plan}/reviews/{review}/samples/{sample}/verdict': 'Judge a sample',
  'POST /plans/{plan}/comparisons/{comparison}/uploads': 'Compare a list',
  'POST /plans/{plan}/comparisons/{comparison}/settle': 'Settle what differs',
  'POST /plans/{plan}/comparisons/{comparison}/not-available': 'Say that there is no list',
  'POST /plans/{plan}/silences': 'Silence',
  'POST /plans/{plan}/silences/{silence}/end': 'End a silence',
  'POST /plans/{plan}/channels/{channel}/test': 'Test a channel',
  'POST /plans/{plan}/channels/{channel}/test-to-me': 'Test a channel on oneself',
};

/** What was done, or tried. A route that this page does not know, and reads that were refused, stand as they are. */
export function actionText({ action }: Pick<AuditEntryAnswer, 'action'>): string {
  return Object.hasOwn(actionWords, action) ? (actionWords[action] ?? action) : action;
}

const outcomes: Readonly<Record<AuditEntryAnswer['outcome'], ToneAndWord>> = {
  begun: { tone: 'none', word: 'begun, no end known' },
  done: { tone: 'good', word: 'done' },
  refused: { tone: 'warning', word: 'refused' },
  failed: { tone: 'critical', word: 'failed' },
};

export function outcomeTone({ outcome }: Pick<AuditEntryAnswer, 'outcome'>): ToneAndWord {
  return outcomes[outcome];
}

/** Who it was, for behind "by"; undefined where the object says it, as of somebody who signed in. */
export function actorText({
  actor,
  actorKind,
  outcome,
}: Pick<AuditEntryAnswer, 'actor' | 'actorKind' | 'outcome'>): string | undefined {
  switch (actorKind) {
    case 'token':
      return `the token ${actor}`;
    case 'admin-token':
      return 'the admin token';
    case 'nobody':
      return outcome === 'done' ? undefined : 'somebody who is not signed in';
    default:
      return actor;
  }
}

/** The entries, a command that has ended as one: its beginning says nothing more. */
export function foldBegun(entries: readonly AuditEntryAnswer[]): readonly AuditEntryAnswer[] {
  const ended = new Set(entries.filter(({ outcome }) => outcome !== 'begun').map(({ requestId }) => requestId));
  return entries.filter(({ outcome, requestId }) => outcome !== 'begun' || !ended.has(requestId));
}

/** One thing that a command set or changed. */
export interface AuditChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What was changed, field by field; what stayed the same is left out where both are known. */
export function auditChanges({ before, after }: Pick<AuditEntryAnswer, 'before' | 'after'>): readonly AuditChange[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names
    .map((name) => ({ name: nameText(name), before: valueText(old[name], name), after: valueText(now[name], name) }))
    .filter((change) => change.before !== change.after);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

/** `serverLevel` is `server level`, `expiresInMs` is `expires in`. */
function nameText(name: string): string {
  return name
    .replace(/Ms$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function valueText(value: unknown, name = ''): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return INSTANT.test(value) ? formatDayTime(Date.parse(value)) : value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return name.endsWith('Ms') ? formatSpan(value) : String(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((one) => valueText(one) ?? '–').join(', ');
  const parts = Object.entries(value).map(([part, of]) => `${part}: ${valueText(of, part) ?? '–'}`);
  return parts.length === 0 ? undefined : parts.join(', ');
}
