/** A frame as the page shows it. */
export interface ShownFrame {
  readonly function: string;
  /** `file:line:column`, as far as it is known. */
  readonly place: string;
  /** Of the product itself. */
  readonly inApp: boolean;
  readonly code: string | undefined;
}

export interface ShownException {
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly frames: readonly ShownFrame[];
  /** Frames that were not kept. */
  readonly leftOut: number;
}

/** A stack as it was kept: taken apart, or the text that a runtime printed. */
export type ShownStack =
  | { readonly kind: 'frames'; readonly exceptions: readonly ShownException[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' };

/** Reads the attribute `stack` of an error. What is no JSON of ours is shown as it stands. */
export function readStack(stack: unknown): ShownStack {
  if (typeof stack !== 'string' || stack.trim() === '') return { kind: 'none' };
  const exceptions = stack.startsWith('{') ? readExceptions(stack) : undefined;
  return exceptions === undefined ? { kind: 'text', text: stack } : { kind: 'frames', exceptions };
}

function readExceptions(text: string): readonly ShownException[] | undefined {
  try {
    const { exceptions } = JSON.parse(text) as { readonly exceptions?: unknown };
    return Array.isArray(exceptions) ? exceptions.map(readException) : undefined;
  } catch {
    return undefined;
  }
}

function readException(value: unknown): ShownException {
  const { type, message, frames, leftOut } = asObject(value);
  return {
    type: textOf(type),
    message: textOf(message),
    frames: Array.isArray(frames) ? frames.map(readFrame) : [],
    leftOut: typeof leftOut === 'number' ? leftOut : 0,
  };
}

function readFrame(value: unknown): ShownFrame {
  const { function: name, file, line, column, inApp, code } = asObject(value);
  const place = [textOf(file), ...[line, column].filter((one) => typeof one === 'number')];
  return {
    function: textOf(name) ?? 'anonymous',
    place: place.filter((part) => part !== undefined).join(':'),
    inApp: inApp === true,
    code: textOf(code),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
