import type { Failure } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';

/** The parser's own words quote the input; only what is wrong and where is passed on. */
export function jsonProblem(error: unknown): string {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? 'This is not valid JSON.' : `This is not valid JSON at character ${position}.`;
}

/** Depth and number of keys of a text, before the parser spends memory on it. Keys are counted anew for each value at `recordDepth`. */
export function inspectJson(text: string, keysAllowed: number, recordDepth = 0): Failure | undefined {
  let depth = 0;
  let keys = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    switch (code < KINDS.length ? KINDS[code] : OTHER) {
      case QUOTE:
        index = endOfString(text, index);
        break;
      case OPENS:
        depth += 1;
        if (depth > limits.jsonDepth) {
          return { code: 'malformed-body', message: `The JSON is nested deeper than ${limits.jsonDepth} levels.` };
        }
        break;
      case CLOSES:
        depth -= 1;
        if (depth <= recordDepth) keys = 0;
        break;
      case COLON:
        keys += 1;
        if (keys > keysAllowed) {
          return { code: 'malformed-body', message: `One record has more than ${keysAllowed} keys.` };
        }
        break;
      default:
    }
  }
  return undefined;
}

const OTHER = 0;
const QUOTE = 1;
const OPENS = 2;
const CLOSES = 3;
const COLON = 4;
/** By code of a character: most are none of these, and one look-up says so. */
const KINDS = new Uint8Array(128);
KINDS[0x22] = QUOTE;
KINDS[0x7b] = OPENS;
KINDS[0x5b] = OPENS;
KINDS[0x7d] = CLOSES;
KINDS[0x5d] = CLOSES;
KINDS[0x3a] = COLON;

/** In shorter strings looking at each character is quicker than a call. */
const SHORT_STRING = 32;

/** The index of the quote that ends the string beginning at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  const near = Math.min(text.length, start + SHORT_STRING);
  for (let index = start + 1; index < near; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) return index;
    if (code === 0x5c) break;
  }
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
