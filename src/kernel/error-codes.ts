/**
 * Every failure that a user or a client can meet outside the plan's text (those are in `diagnostic-codes.ts`).
 * `status` is the HTTP answer, `exit` the exit code of the command line, `hint` how to mend it.
 * `docs/errors.md` lists each one; a test holds the two together.
 */
export const errorCodes = {
  // Requests
  'malformed-body': {
    status: 400,
    exit: 65,
    hint: 'Send valid JSON: an object, an array, or one object a line (NDJSON).',
  },
  'invalid-request': { status: 400, exit: 64, hint: 'See the named field.' },
  'search-unreadable': {
    status: 400,
    exit: 65,
    hint: 'Write `field:value`, words, or a condition as after `where` in a plan; see docs/logs.md.',
  },
  'search-too-large': {
    status: 422,
    exit: 65,
    hint: 'Ask for a shorter range, for one service, or for a field that fewer records have.',
  },
  'list-unreadable': {
    status: 400,
    exit: 65,
    hint: 'Mend the named line, as docs/reviews.md says, and upload the list again.',
  },
  'credential-missing': {
    status: 401,
    exit: 77,
    hint: 'Send `Authorization: Bearer …`: on port 4700 a token of the API, or sign in; on port 4318 a key, which `watchbill key create` makes.',
  },
  'credential-invalid': {
    status: 401,
    exit: 77,
    hint: 'It is unknown, expired or revoked, or of the other port: 4700 takes a token of the API, 4318 a key, which `watchbill key create` makes.',
  },
  'signature-invalid': {
    status: 401,
    exit: 77,
    hint: 'Sign with the secret that the plan names for this webhook; the provider shows it beside the address.',
  },
  'session-ended': { status: 401, exit: 77, hint: 'Sign in again.' },
  'sign-in-failed': {
    status: 401,
    exit: 77,
    hint: 'Check the address and the password; `watchbill user link EMAIL` prints a link for a new password.',
  },
  'scope-missing': { status: 403, exit: 77, hint: 'Use a key that holds the named scope.' },
  forbidden: { status: 403, exit: 77, hint: 'Ask an owner or admin of this server for a higher level.' },
  'reauthentication-needed': { status: 403, exit: 77, hint: 'Enter your password again.' },
  'origin-refused': {
    status: 403,
    exit: 77,
    hint: 'A command with a session comes from a page of this server; behind a proxy, start it with --public-url.',
  },
  'https-needed': {
    status: 403,
    exit: 77,
    hint: 'Put TLS in front and start with --public-url https://…, or sign in on the machine itself by http://localhost.',
  },
  'link-invalid': { status: 403, exit: 77, hint: 'Links are good once and for a while; ask for a new one.' },
  'password-refused': {
    status: 400,
    exit: 65,
    hint: 'Choose another: a few words that only you put together do well.',
  },
  'not-found': { status: 404, exit: 66, hint: 'Check the name; `watchbill status` lists plans, signals and alerts.' },
  'method-not-allowed': { status: 405, exit: 64, hint: 'See the Allow header.' },
  'request-timeout': { status: 408, exit: 75, hint: 'Send the whole request sooner.' },
  'version-conflict': { status: 409, exit: 75, hint: 'Somebody was faster; look again at how it stands.' },
  'already-done': { status: 409, exit: 65, hint: 'Nothing is left to do; look again at how it stands.' },
  'limit-reached': { status: 409, exit: 65, hint: 'End or remove another of its kind first.' },
  'last-owner': { status: 409, exit: 65, hint: 'Make somebody else an owner first.' },
  'idempotency-conflict': {
    status: 409,
    exit: 65,
    hint: 'This Idempotency-Key was used with another body; use a new key for a new request.',
  },
  'body-too-large': { status: 413, exit: 65, hint: 'Send less at once.' },
  'url-too-long': { status: 414, exit: 65, hint: 'Send data in the body, not the URL.' },
  'unsupported-type': {
    status: 415,
    exit: 65,
    hint: 'Send application/json or application/x-ndjson, plain or with gzip.',
  },
  'wrong-host': {
    status: 421,
    exit: 64,
    hint: 'Address the server by the address or a name that it was started with (--host, --name).',
  },
  'too-many-requests': { status: 429, exit: 75, hint: 'Wait as long as Retry-After says.' },
  'too-many-alerts': {
    status: 429,
    exit: 75,
    hint: 'Wait as long as Retry-After says; the section `limits` of the plan can allow more alerts a second.',
  },
  'too-many-events': {
    status: 429,
    exit: 75,
    hint: 'Wait as long as Retry-After says; the section `limits` of the plan can allow more events a second.',
  },
  'too-many-samples': {
    status: 429,
    exit: 75,
    hint: 'Wait as long as Retry-After says; the section `limits` of the plan can allow more samples a second.',
  },
  'too-many-logs': {
    status: 429,
    exit: 75,
    hint: 'Wait as long as Retry-After says; the section `limits` of the plan can allow more logs a second.',
  },
  'too-many-streams': {
    status: 429,
    exit: 75,
    hint: 'Close other pages that follow the plan, or wait until they end.',
  },
  'headers-too-large': { status: 431, exit: 65, hint: 'Send fewer or shorter headers.' },
  'internal-error': { status: 500, exit: 70, hint: 'A bug of Watchbill; the log has the request id.' },
  overloaded: { status: 503, exit: 75, hint: 'Wait as long as Retry-After says; nothing of the request was taken.' },
  'spool-slow': {
    status: 503,
    exit: 75,
    hint: 'The disk of the data folder takes too long; the request was not kept, send it again.',
  },
  'spool-full': {
    status: 503,
    exit: 75,
    hint: 'The spool has reached its limit because the telemetry store is behind; see `watchbill status`.',
  },
  'spool-failed': { status: 503, exit: 75, hint: 'The spool cannot be written; check the disk of the data folder.' },
  'not-ready': { status: 503, exit: 75, hint: 'Watchbill is starting or a store is down; see GET /readyz.' },
  'telemetry-away': {
    status: 503,
    exit: 75,
    hint: 'The telemetry store does not answer; live figures, alerts and pages do not need it. See GET /api/health.',
  },

  // Single records of a request
  'record-not-object': { status: 400, exit: 65, hint: 'Each record is a JSON object.' },
  'name-invalid': { status: 400, exit: 65, hint: 'Give `name` as text of 1 to 256 bytes.' },
  'event-reserved': {
    status: 400,
    exit: 65,
    hint: 'Probes and heartbeats alone write `check` and `heartbeat`, with ids that begin with `watchbill:`; give the event another name or id.',
  },
  'time-invalid': {
    status: 400,
    exit: 65,
    hint: 'Give `time` as ISO 8601 with an offset, or as milliseconds since 1970.',
  },
  'time-in-future': {
    status: 400,
    exit: 65,
    hint: 'The time is more than 1 minute ahead of ours; check the clock of the sender.',
  },
  'time-too-old': { status: 400, exit: 65, hint: 'Records older than 7 days are not taken in.' },
  'field-invalid': { status: 400, exit: 65, hint: 'See the named field.' },
  'field-type-conflict': {
    status: 400,
    exit: 65,
    hint: 'A field keeps the type of its first use in the plan; send that type or use another name.',
  },
  'field-cut': {
    status: 400,
    exit: 65,
    hint: 'The record was taken with the beginning of this field; send less in it.',
  },
  'attachment-skipped': {
    status: 400,
    exit: 65,
    hint: 'Attachments are not kept; the event that it belongs to was taken.',
  },
  'replay-skipped': { status: 400, exit: 65, hint: 'Recordings of sessions are not kept; turn them off in the SDK.' },
  'profile-skipped': { status: 400, exit: 65, hint: 'Profiles are not kept; turn them off in the SDK.' },
  'check-in-skipped': {
    status: 400,
    exit: 65,
    hint: 'Check-ins of jobs are not taken yet; let the job send an event, and a rule wait for it.',
  },
  'item-skipped': { status: 400, exit: 65, hint: 'The named kind of item is not known; the others were taken.' },
  'lost-at-sender': {
    status: 400,
    exit: 65,
    hint: 'The SDK says that it never sent these, for the named reason; see its sampling and its limits.',
  },
  'too-many-attributes': { status: 400, exit: 65, hint: 'Send at most 128 attributes a record.' },
  'too-many-fields': {
    status: 400,
    exit: 65,
    hint: 'The plan has reached its limit of different fields; use fewer names.',
  },

  // Single series and points of a request
  'too-many-series': {
    status: 400,
    exit: 65,
    hint: 'The plan has reached its limit of series; send fewer, or fewer labels that vary. Those silent for an hour make room.',
  },
  'too-many-labels': { status: 400, exit: 65, hint: 'Send at most 64 labels a series.' },
  'label-invalid': {
    status: 400,
    exit: 65,
    hint: 'Labels have a name of at most 256 bytes and a value of at most 4096.',
  },
  'value-invalid': { status: 400, exit: 65, hint: 'Send finite numbers.' },
  'exemplars-left-out': { status: 400, exit: 65, hint: 'Nothing is wrong: the points beside them were taken.' },
  'buckets-left-out': {
    status: 400,
    exit: 65,
    hint: 'Count and sum of native histograms are taken; send classic histograms too for their buckets.',
  },

  // The command line and set-up
  'plan-invalid': { status: 400, exit: 65, hint: 'Mend the errors listed; `watchbill check PLAN` shows them again.' },
  'plan-renamed': {
    status: 400,
    exit: 65,
    hint: 'A plan keeps its name. Write the old one, or apply the text as a new plan with `watchbill apply`.',
  },
  'plan-not-formatted': { status: 400, exit: 1, hint: 'Run `watchbill fmt PLAN --write`.' },
  'plan-not-executable': {
    status: 400,
    exit: 65,
    hint: 'The named parts of the language are not executed yet; remove them or wait for the release that has them.',
  },
  usage: { status: 400, exit: 64, hint: 'See `watchbill help COMMAND`.' },
  'file-unreadable': { status: 400, exit: 66, hint: 'Check the path and its permissions.' },
  'server-unreachable': { status: 503, exit: 69, hint: 'Start it with `watchbill up`, or name it with --server.' },
  'data-folder-in-use': {
    status: 409,
    exit: 73,
    hint: 'Another Watchbill runs on this data folder; stop it, or use --data for another.',
  },
  'schema-too-new': {
    status: 409,
    exit: 78,
    hint: 'A newer Watchbill has used these data; run that version or a later one.',
  },
  'schema-changed': {
    status: 500,
    exit: 78,
    hint: 'A migration that was applied has been altered; install an unaltered release.',
  },
  'store-too-old': { status: 500, exit: 78, hint: 'Use PostgreSQL 15 or newer and ClickHouse 25.8 or newer.' },
  'store-failed': { status: 503, exit: 69, hint: 'A store does not start; its log is in the data folder.' },
  'configuration-invalid': { status: 500, exit: 78, hint: 'Correct the named option or environment variable.' },
  'channel-test-failed': {
    status: 502,
    exit: 1,
    hint: 'Mend what the channel says; `watchbill channels` shows its secrets and its last messages.',
  },
  'scenario-failed': {
    status: 400,
    exit: 1,
    hint: 'An expectation of the scenario did not hold; the timeline shows what happened instead.',
  },
  'rehearsal-too-long': {
    status: 400,
    exit: 65,
    hint: 'Let the scenario play a shorter time, or send fewer events; `watchbill rehearse` on your machine has no such limit.',
  },
  'scenario-invalid': { status: 400, exit: 65, hint: 'Mend the errors listed.' },
  'file-exists': { status: 409, exit: 73, hint: 'Name another place; nothing is overwritten.' },
  'backup-invalid': {
    status: 400,
    exit: 65,
    hint: 'The backup is incomplete, damaged or not one of ours; take another copy of it.',
  },
  'restore-not-empty': { status: 409, exit: 73, hint: 'Restore into a new data folder, and into empty databases.' },
  interrupted: { status: 500, exit: 130, hint: 'The command was stopped before it was done.' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** A failure as a value: the code, what is wrong in this case, and where (a field, an id, `file:line:col`). */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly where?: string;
}

/** The same for the shell, where a failure has to travel through code that throws. */
export class WatchbillError extends Error {
  override readonly name = 'WatchbillError';
  readonly code: ErrorCode;
  readonly where: string | undefined;

  constructor(code: ErrorCode, message: string, where?: string) {
    super(message);
    this.code = code;
    this.where = where;
  }
}
