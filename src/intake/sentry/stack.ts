import { limits } from '#kernel/limits.ts';
import { fieldOf, listOf, numberOf, textIn } from './fields.ts';

/** An exception of an event, the outermost one first in a list of them. */
export interface SentryException {
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  readonly mechanism?: unknown;
  /** The innermost call first. */
  readonly frames: readonly SentryFrame[];
}

export interface SentryFrame {
  readonly function?: string | undefined;
  readonly file?: string | undefined;
  readonly module?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly inApp: boolean;
  /** The line of the source. */
  readonly code?: string | undefined;
}

const CODE_CHARACTERS = 160;
const NAME_CHARACTERS = 300;
const MESSAGE_CHARACTERS = 300;
const FRAMES_READ = 500;

/** The exceptions of an event. SDKs send the cause first and the innermost frame last; here it is the other way round. */
export function readExceptions(event: unknown): readonly SentryException[] {
  const sent = fieldOf(event, 'exception');
  const values = listOf(fieldOf(sent, 'values') ?? (Array.isArray(sent) ? sent : sent === undefined ? [] : [sent]));
  return values
    .filter((value) => typeof value === 'object' && value !== null)
    .map((value) => ({
      type: textIn(value, 'type'),
      message: textIn(value, 'value'),
      mechanism: fieldOf(value, 'mechanism'),
      frames: readFrames(fieldOf(value, 'stacktrace')),
    }))
    .reverse();
}

function readFrames(stack: unknown): readonly SentryFrame[] {
  return listOf(fieldOf(stack, 'frames'))
    .slice(-FRAMES_READ)
    .map((frame) => {
      const name = textIn(frame, 'function');
      return {
        function: name === '?' ? undefined : name,
        file: textIn(frame, 'filename') ?? textIn(frame, 'abs_path'),
        module: textIn(frame, 'module'),
        line: numberOf(fieldOf(frame, 'lineno')),
        column: numberOf(fieldOf(frame, 'colno')),
        inApp: fieldOf(frame, 'in_app') === true,
        code: textIn(frame, 'context_line'),
      };
    })
    .reverse();
}

/** An exception as it is kept; all texts are cut. */
interface KeptException {
  readonly type?: string;
  readonly message?: string;
  readonly frames: readonly object[];
  /** Frames that did not fit. */
  readonly leftOut: number;
}

/**
 * The stacks as JSON text that fits into one attribute: `{exceptions: [{type, message, frames: [{function, file, line, column, inApp, code}],
 * leftOut}]}`, outermost exception and innermost frame first. When not all fit, the product's own frames and the innermost are kept, and
 * `leftOut` says how many are not. Undefined when there is no frame.
 */
export function writeStack(exceptions: readonly SentryException[]): string | undefined {
  if (!exceptions.some(({ frames }) => frames.length > 0)) return undefined;
  let roomBytes = limits.attributeValueBytes - bytesAtMost('{"exceptions":[]}');
  const kept: KeptException[] = [];
  for (const [index, { type, message, frames }] of exceptions.entries()) {
    const head = {
      ...(type !== undefined && { type: type.slice(0, NAME_CHARACTERS) }),
      // The message of the first stands in an attribute of its own.
      ...(index > 0 && message !== undefined && { message: message.slice(0, MESSAGE_CHARACTERS) }),
    };
    roomBytes -= bytesAtMost(JSON.stringify({ ...head, frames: [], leftOut: frames.length })) + 1;
    if (roomBytes < 0) break;
    const chosen = choose(frames, roomBytes);
    roomBytes -= chosen.bytes;
    kept.push({ ...head, frames: chosen.frames, leftOut: frames.length - chosen.frames.length });
  }
  return JSON.stringify({ exceptions: kept });
}

/** As many frames as fit: first the product's own, then the others, each time from the innermost on; in their own order. */
function choose(
  frames: readonly SentryFrame[],
  roomBytes: number,
): { readonly frames: readonly object[]; readonly bytes: number } {
  const written = frames.map(writeFrame);
  const order = [...frames.keys()].sort(
    (left, right) => Number(frames[right]?.inApp) - Number(frames[left]?.inApp) || left - right,
  );
  const chosen = new Set<number>();
  let bytes = 0;
  for (const index of order) {
    const more = bytesAtMost(JSON.stringify(written[index])) + 1;
    if (bytes + more > roomBytes) break;
    bytes += more;
    chosen.add(index);
  }
  return { frames: written.filter((_frame, index) => chosen.has(index)), bytes };
}

function writeFrame({ function: name, file, module, line, column, inApp, code }: SentryFrame): object {
  const place = file ?? module;
  return {
    ...(name !== undefined && { function: name.slice(0, NAME_CHARACTERS) }),
    ...(place !== undefined && { file: place.slice(-NAME_CHARACTERS) }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(inApp && { inApp }),
    ...(inApp && code !== undefined && { code: code.trim().slice(0, CODE_CHARACTERS) }),
  };
}

/** Bytes of UTF-8 that a text takes at most: a unit beyond ASCII takes up to three. */
function bytesAtMost(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) >= 0x80) bytes += 2;
  return bytes;
}
