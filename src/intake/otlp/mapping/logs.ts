import type { Instant } from '#kernel/instant.ts';
import { checkTime, type DecodeContext, type Decoded } from '../../decoding.ts';
import { RecordBuilder } from '../../record-builder.ts';
import type { OtlpLog, OtlpSource } from '../wire/shape.ts';
import { isException, setError } from './errors.ts';
import { type Speaker, SpokenVersions, setResource, setSpeaker, speakersOf, USER } from './resource.ts';
import { firstText, isAddress, setValue, textOfValue, withoutQuery } from './values.ts';

const RECORD_ID = ['log.record.uid'];
const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
/** How loggers write their levels. */
const LEVEL_WORDS: Readonly<Record<string, string>> = {
  trace: 'trace',
  verbose: 'debug',
  debug: 'debug',
  info: 'info',
  information: 'info',
  notice: 'info',
  warn: 'warning',
  warning: 'warning',
  err: 'error',
  error: 'error',
  severe: 'error',
  fatal: 'critical',
  critical: 'critical',
  alert: 'critical',
  emergency: 'critical',
  panic: 'critical',
};

/**
 * Log records as `log`, and those that tell of an exception as `error` beside. They have no id of their own unless they bring
 * `log.record.uid`; a repetition is recognised by the whole request.
 */
export function mapLogs(read: OtlpSource<OtlpLog>, context: DecodeContext): Decoded {
  const builder = new RecordBuilder(context);
  const versions = new SpokenVersions();
  const speakerOf = speakersOf();
  read((log, resource, scope) => {
    const time = log.timeMs ?? log.observedMs;
    const problem = checkTime(time ?? context.receivedAt, context.receivedAt);
    if (problem !== undefined) return builder.refuse(problem.code, problem.message);
    const speaker = speakerOf(resource);
    versions.add(speaker, time ?? context.receivedAt);
    mapLog(builder, speaker, scope, log, time);
    if (isException(log.attributes)) mapException(builder, speaker, scope, log, time);
  });
  return { ...builder.build(), versions: versions.all };
}

function mapLog(
  builder: RecordBuilder,
  speaker: Speaker,
  scope: string,
  log: OtlpLog,
  time: Instant | undefined,
): void {
  setSpeaker(builder, speaker);
  builder.set('level', levelOf(log));
  builder.set('message', log.body === undefined ? undefined : textOfValue(log.body));
  // The stack stands with the error.
  finish(builder, speaker, scope, log, new Set(['exception.stacktrace']));
  builder.end({
    name: 'log',
    time,
    id: firstText(log.attributes, RECORD_ID),
    user: firstText(log.attributes, USER) ?? speaker.user,
  });
}

function mapException(
  builder: RecordBuilder,
  speaker: Speaker,
  scope: string,
  log: OtlpLog,
  time: Instant | undefined,
): void {
  const mapped = new Set<string>();
  setSpeaker(builder, speaker);
  setError(builder, speaker, log.attributes, levelOf(log), mapped);
  if (log.body !== undefined) builder.set('message', textOfValue(log.body));
  finish(builder, speaker, scope, log, mapped);
  const id = firstText(log.attributes, RECORD_ID);
  builder.end({
    name: 'error',
    time,
    id: id === undefined ? undefined : `${id}-error`,
    user: firstText(log.attributes, USER) ?? speaker.user,
  });
}

function finish(
  builder: RecordBuilder,
  speaker: Speaker,
  scope: string,
  log: OtlpLog,
  mapped: ReadonlySet<string>,
): void {
  builder.set('trace_id', log.traceId);
  builder.set('span_id', log.spanId);
  builder.set('logger', scope);
  builder.set('event', log.eventName);
  for (const [name, value] of log.attributes) {
    if (mapped.has(name) || USER.includes(name) || RECORD_ID.includes(name) || name === 'url.query') continue;
    if (isAddress(name)) builder.set(name, withoutQuery(textOfValue(value)));
    else setValue(builder, name, value);
  }
  setResource(builder, speaker);
}

/** By number, as the specification orders them, else by word; undefined when neither says anything. */
function levelOf({ severity, severityText }: OtlpLog): string | undefined {
  if (severity >= 1 && severity <= 24) return LEVELS[Math.floor((severity - 1) / 4)];
  const word = severityText.trim().toLowerCase();
  return Object.hasOwn(LEVEL_WORDS, word) ? LEVEL_WORDS[word] : undefined;
}
