import { errorFingerprint } from '../../fingerprint.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import type { OtlpAttributes } from '../wire/shape.ts';
import type { Speaker } from './resource.ts';
import { firstText } from './values.ts';

const TYPE = 'exception.type';
const MESSAGE = 'exception.message';
const STACK = 'exception.stacktrace';

/** Whether a log record tells of an exception. */
export function isException(attributes: OtlpAttributes): boolean {
  return firstText(attributes, [TYPE]) !== undefined || firstText(attributes, [MESSAGE]) !== undefined;
}

/** Sets what an error has beside who speaks, whose version is the release that groups are resolved in; `mapped` gets the names that need not be set again. */
export function setError(
  builder: RecordBuilder,
  speaker: Speaker,
  attributes: OtlpAttributes,
  level: string | undefined,
  mapped: Set<string>,
): void {
  const type = firstText(attributes, [TYPE]);
  const message = firstText(attributes, [MESSAGE]);
  const stack = firstText(attributes, [STACK]);
  builder.set('release', speaker.version);
  builder.set('level', level ?? 'error');
  builder.set('type', type);
  builder.set('message', message);
  builder.set('fingerprint', errorFingerprint({ type, message, stack }));
  builder.set('stack', stack);
  for (const name of [TYPE, MESSAGE, STACK]) mapped.add(name);
}
