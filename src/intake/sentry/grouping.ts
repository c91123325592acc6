import { errorFingerprint, fingerprintOf, type StackFrame } from '../fingerprint.ts';
import type { SentryException, SentryFrame } from './stack.ts';

/** What the group of an event is made from. */
export interface SentryError {
  readonly platform?: string | undefined;
  /** The outermost first; none for a message. */
  readonly exceptions: readonly SentryException[];
  /** The template of a message where there is one, else its text. */
  readonly message?: string | undefined;
  readonly transaction?: string | undefined;
  /** As the sender sets it: texts, of which some may stand for something. */
  readonly fingerprint: readonly string[];
}

const VARIABLE = /^\{\{ ?([a-z.]+) ?\}\}$/;

/**
 * The group that an event belongs to. A sender's own fingerprint decides where there is one; `{{ default }}` in it stands for what the group
 * would be otherwise. https://docs.sentry.io/platforms/javascript/usage/sdk-fingerprinting/
 */
export function sentryFingerprint(error: SentryError): string {
  const own = error.fingerprint.filter((part) => part !== '');
  const isDefault = own.length === 0 || (own.length === 1 && VARIABLE.exec(own[0] ?? '')?.[1] === 'default');
  return isDefault ? defaultFingerprint(error) : fingerprintOf(own.map((part) => textFor(part, error)));
}

function textFor(part: string, error: SentryError): string {
  const [outermost] = error.exceptions;
  switch (VARIABLE.exec(part)?.[1]) {
    case 'default':
      return defaultFingerprint(error);
    case 'transaction':
      return error.transaction ?? '';
    case 'type':
    case 'error.type':
      return outermost?.type ?? '';
    case 'value':
    case 'error.value':
      return outermost?.message ?? '';
    case 'message':
      return error.message ?? outermost?.message ?? '';
    default:
      return part;
  }
}

function defaultFingerprint({ exceptions, message, platform }: SentryError): string {
  if (exceptions.length === 0) return errorFingerprint({ message });
  // The file of a script says more than its module, which is the same name without its folder.
  const byFile = platform === 'node' || platform === 'javascript';
  return errorFingerprint(
    exceptions.map(({ type, message: value, frames }) => ({
      type,
      message: value,
      stack: frames.map((frame) => frameOf(frame, byFile)),
    })),
  );
}

function frameOf({ module, file, function: name, inApp }: SentryFrame, byFile: boolean): StackFrame {
  const place = (byFile ? (file ?? module) : (module ?? file)) ?? '';
  return { place, ...(name !== undefined && { function: name }), inApp };
}
