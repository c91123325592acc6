import { entriesOf, fieldOf, hexIdOf, instantOf, listOf, textIn, textOf } from './fields.ts';
import { sentryFingerprint } from './grouping.ts';
import { pathOf, setOrigin, setRoute, type Target, userOf } from './origin.ts';
import { readExceptions, type SentryException, writeStack } from './stack.ts';

/** As plans write levels; a level that is not there means what its event is. */
const levels: Readonly<Record<string, string>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  log: 'info',
  warn: 'warning',
  warning: 'warning',
  error: 'error',
  fatal: 'critical',
  critical: 'critical',
};

/** A level of an SDK as plans write it. */
export function levelOf(level: unknown): string | undefined {
  const text = textOf(level)?.toLowerCase();
  return text !== undefined && Object.hasOwn(levels, text) ? levels[text] : undefined;
}

/** Of a message without an exception: from this level on it is an error. */
const errorLevels: ReadonlySet<string> = new Set(['error', 'critical']);

/**
 * An item `event`: an exception, or a message. It becomes an event `error`, and a message below the level `error` a `log`. Breadcrumbs, `extra`,
 * headers, cookies and bodies of requests, and variables of frames are not read at all.
 */
export function takeErrorEvent(target: Target, event: unknown, envelopeId: string | undefined): void {
  const { builder, shiftMs } = target;
  const all = readExceptions(event);
  // For a message the SDK makes an exception without a type, to have a stack.
  const exceptions = all.filter(
    ({ type, mechanism }) => type !== undefined || fieldOf(mechanism, 'synthetic') !== true,
  );
  const [outermost] = exceptions;
  const words = messageOf(event);
  const level = levelOf(fieldOf(event, 'level')) ?? 'error';
  const name = outermost === undefined && !errorLevels.has(level) ? 'log' : 'error';
  const sentAt = instantOf(fieldOf(event, 'timestamp'));
  const time = sentAt === undefined ? undefined : sentAt + shiftMs;
  const release = textIn(event, 'release');
  const transaction = textIn(event, 'transaction');

  setOrigin(target, { release, environment: textIn(event, 'environment'), service: serviceOf(event) }, time);
  builder.set('level', level);
  builder.set('type', outermost?.type);
  builder.set('message', outermost?.message ?? words.text);
  if (name === 'error') {
    builder.set('release', release);
    builder.set('fingerprint', fingerprintOfEvent(event, exceptions, words.template, transaction));
    builder.set('stack', writeStack(exceptions.length > 0 ? exceptions : all));
    setHandling(target, outermost);
  }
  const trace = fieldOf(fieldOf(event, 'contexts'), 'trace');
  builder.set('trace_id', hexIdOf(fieldOf(trace, 'trace_id')));
  builder.set('span_id', hexIdOf(fieldOf(trace, 'span_id')));
  builder.set('parent_span_id', hexIdOf(fieldOf(trace, 'parent_span_id')));
  setRoute(builder, transaction);
  const request = fieldOf(event, 'request');
  builder.set('method', textIn(request, 'method'));
  builder.set('path', pathOf(textIn(request, 'url') ?? ''));
  setSurroundings(target, event);
  builder.end({ name, time, id: eventIdOf(event, envelopeId), user: userOf(fieldOf(event, 'user')) });
}

/** The id of an event: 32 hexadecimal digits, the same in its envelope's first line. */
export function eventIdOf(event: unknown, envelopeId: string | undefined): string | undefined {
  return hexIdOf(fieldOf(event, 'event_id')) ?? envelopeId;
}

/** What a person wrote about the product, or about an error that they saw. Who they are stays away but for the user's id. */
export function takeFeedback(target: Target, event: unknown, envelopeId: string | undefined): void {
  const { builder, shiftMs } = target;
  const feedback = fieldOf(fieldOf(event, 'contexts'), 'feedback');
  const sentAt = instantOf(fieldOf(event, 'timestamp'));
  const time = sentAt === undefined ? undefined : sentAt + shiftMs;
  const origin = {
    release: textIn(event, 'release'),
    environment: textIn(event, 'environment'),
    service: serviceOf(event),
  };
  setOrigin(target, origin, time);
  builder.set('message', textIn(feedback, 'message') ?? textIn(event, 'comments'));
  builder.set('path', pathOf(textIn(feedback, 'url') ?? ''));
  // An item `user_report` is about the event that it names.
  const isReport = fieldOf(event, 'comments') !== undefined;
  const about = isReport ? fieldOf(event, 'event_id') : fieldOf(feedback, 'associated_event_id');
  builder.set('error_id', hexIdOf(about));
  setSurroundings(target, event);
  const id = isReport ? undefined : eventIdOf(event, envelopeId);
  builder.end({ name: 'feedback', time, id, user: userOf(fieldOf(event, 'user')) });
}

function fingerprintOfEvent(
  event: unknown,
  exceptions: readonly SentryException[],
  message: string | undefined,
  transaction: string | undefined,
): string {
  return sentryFingerprint({
    platform: textIn(event, 'platform'),
    exceptions,
    message,
    transaction,
    fingerprint: listOf(fieldOf(event, 'fingerprint')).flatMap((part) => textOf(part) ?? []),
  });
}

/** The text of a message and, where the SDK knows it, the template that it was made from. */
function messageOf(event: unknown): { readonly text: string | undefined; readonly template: string | undefined } {
  const message = fieldOf(event, 'logentry') ?? fieldOf(event, 'message');
  if (typeof message === 'string') return { text: message, template: message };
  const template = textIn(message, 'message');
  return { text: textIn(message, 'formatted') ?? template, template: template ?? textIn(message, 'formatted') };
}

function setHandling({ builder }: Target, exception: SentryException | undefined): void {
  const handled = fieldOf(exception?.mechanism, 'handled');
  builder.set('handled', typeof handled === 'boolean' ? handled : undefined);
  builder.set('mechanism', textIn(exception?.mechanism, 'type'));
}

/** Where it happened: machine, runtime, browser, and the sender's own tags as `tag.NAME`. */
function setSurroundings({ builder }: Target, event: unknown): void {
  builder.set('platform', textIn(event, 'platform'));
  builder.set('server_name', textIn(event, 'server_name'));
  builder.set('logger', textIn(event, 'logger'));
  const contexts = fieldOf(event, 'contexts');
  for (const name of ['runtime', 'browser', 'os', 'device'] as const) {
    const context = fieldOf(contexts, name);
    const words = [textIn(context, 'name') ?? textIn(context, 'model'), textIn(context, 'version')];
    builder.set(
      name,
      words
        .filter((word) => word !== undefined)
        .join(' ')
        .trim(),
    );
  }
  for (const [name, value] of entriesOf(fieldOf(event, 'tags'))) {
    builder.set(`tag.${name}`, typeof value === 'boolean' ? String(value) : textOf(value));
  }
}

/** The name of the service, when the sender says it anywhere. */
export function serviceOf(event: unknown): string | undefined {
  const tag = entriesOf(fieldOf(event, 'tags')).find(([name]) => name === 'service' || name === 'service.name');
  const resource = fieldOf(fieldOf(fieldOf(event, 'contexts'), 'otel'), 'resource');
  // An SDK that nobody gave a name to says so by the space of its names.
  const isOwn = textIn(resource, 'service.namespace') === 'sentry';
  return textOf(tag?.[1]) ?? (isOwn ? undefined : knownService(textIn(resource, 'service.name')));
}

/** What an OpenTelemetry SDK calls a service that nobody has named is no name. */
export function knownService(name: string | undefined): string | undefined {
  return name === undefined || name.startsWith('unknown_service') ? undefined : name;
}
