import { hash64Hex } from '#kernel/hash64.ts';

/** A frame of a stack, as far as grouping looks at it. */
export interface StackFrame {
  /** A module or class when the language names one, else the file; a path or URL may be whole. */
  readonly place: string;
  readonly function?: string;
  /** Of the product itself, and not of its libraries or runtime. */
  readonly inApp: boolean;
}

/** One exception: a cause, or what was thrown because of it. */
export interface ExceptionToGroup {
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  /** The text that a runtime prints, or its frames; the order matters only in that it is always the same. */
  readonly stack?: string | readonly StackFrame[] | undefined;
}

/** Of a stack and of a message, so many are looked at; what comes behind them hardly tells errors apart. */
const FRAMES = 50;
const MESSAGE_CHARACTERS = 1_000;
const STACK_LINES = 200;
const LINE_CHARACTERS = 500;
const EXCEPTIONS = 10;

/**
 * The group that an error belongs to, as 16 hexadecimal digits: the same mistake in the code gives the same, whatever the ids in its message,
 * the lines in its files and the names of its builds. By type and the product's own frames when there are any, else by type and message.
 */
export function errorFingerprint(error: ExceptionToGroup | readonly ExceptionToGroup[]): string {
  const chain = (isChain(error) ? error : [error]).slice(0, EXCEPTIONS);
  const stacks = chain.map(({ stack }) => ownFrames(stack));
  const byStack = stacks.some((frames) => frames.length > 0);
  const parts = chain.flatMap(({ type, message }, index) => [
    `type ${type ?? ''}`,
    ...(byStack ? (stacks[index] ?? []) : [`message ${messageWithoutIds(message ?? '')}`]),
  ]);
  return fingerprintOf(parts);
}

/** The fingerprint that stands for these texts, in this order. */
export function fingerprintOf(parts: readonly string[]): string {
  return hash64Hex(JSON.stringify(parts));
}

function isChain(error: ExceptionToGroup | readonly ExceptionToGroup[]): error is readonly ExceptionToGroup[] {
  return Array.isArray(error);
}

function ownFrames(stack: ExceptionToGroup['stack']): readonly string[] {
  const frames = stack === undefined ? [] : typeof stack === 'string' ? readStack(stack) : stack;
  const own: string[] = [];
  for (const frame of frames) {
    if (!frame.inApp) continue;
    const text = `frame ${placeWithoutBuild(frame.place)} ${functionWithoutNumbers(frame.function ?? '')}`;
    // How deep a recursion went is not what tells errors apart.
    if (own.at(-1) !== text) own.push(text);
    if (own.length >= FRAMES) break;
  }
  return own;
}

/**
 * A message without what differs from one time to the next: addresses, quoted values, numbers and ids become placeholders. Two messages of
 * one statement in the code become the same text. Each expression begins only where a word does, so that no text takes it long.
 */
export function messageWithoutIds(message: string): string {
  return message
    .slice(0, MESSAGE_CHARACTERS)
    .replace(/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>]+/gi, '<address>')
    .replace(/(?<![\w.+-])[\w.+-]{1,256}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}/g, '<address>')
    .replace(/"[^"\n]{0,500}"|`[^`\n]{0,500}`|(?<!\w)'[^'\n]{0,500}'(?!\w)/g, '<value>')
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '#')
    .replace(/(?<![\w:])(?=[0-9a-f]{0,4}:[0-9a-f]{0,4}:)[0-9a-f:.]{2,45}(?![\w:])/gi, '#')
    .replace(/(?<![\w$])(?=[A-Za-z_$]*\d)[\w$]+/g, '#')
    .replace(/\b[a-f]{8,}\b/gi, '#')
    .replace(/[-+]?#(?:[ \t]?[.,:;/_+-][ \t]?#)*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Two last segments of a path or URL, without what a build or a deployment puts into them. */
function placeWithoutBuild(place: string): string {
  const path = place
    .slice(-LINE_CHARACTERS)
    .replace(/[?#].*$/, '')
    .replace(/\\/g, '/');
  return path
    .split('/')
    .slice(-2)
    .map((segment) =>
      segment
        // A hash between the name and its ending, as bundlers write it: of eight or more characters with a digit.
        .replace(/[.~_-](?=[\w]*\d)[\w]{8,64}(?=\.|$)/g, '')
        .replace(/\b(?=\w*\d)[0-9a-f]{7,64}\b/gi, '#')
        .replace(/\d+/g, '#'),
    )
    .join('/');
}

function functionWithoutNumbers(name: string): string {
  return name
    .slice(0, LINE_CHARACTERS)
    .replace(/^(?:async |new )+/, '')
    .replace(/ \[as [^\]]*\]$/, '')
    .replace(/0x[0-9a-f]+/gi, '#')
    .replace(/(?<=\$)\d+|(?<=[$/])[0-9a-f]{8,}/gi, '#');
}

/** One shape of a line: which groups of the expression are the function and the place. */
interface LineShape {
  readonly pattern: RegExp;
  readonly function: number;
  readonly place: number;
}

/** What runtimes print. Each expression is anchored and has no two neighbours that match the same, so that it is quick on any line. */
const shapes: readonly LineShape[] = [
  // Node, Chromium: `at work (file:///srv/app.js:3:9)`, `at async work (app.js:3:9)`
  { pattern: /^at (?:async )?([^()]+?) \((.+?):\d+(?::\d+)?\)$/, function: 1, place: 2 },
  // The same without a function: `at /srv/app.js:3:9`
  { pattern: /^at (?:async )?(\S+?):\d+:\d+$/, function: 0, place: 1 },
  // .NET: `at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12`
  { pattern: /^at ([^()]+)\([^)]*\) in (.+):line \d+$/, function: 1, place: 2 },
  // JVM: `at shop.Cart.add(Cart.java:12)`; the class is the place
  { pattern: /^at (?:\S+\/)?((?:[\w$]+\.)+[\w$<>]+)\([^)]*\)$/, function: 1, place: 1 },
  // Python: `File "/srv/app.py", line 3, in work`
  { pattern: /^File "([^"]+)", line \d+(?:, in (.+))?$/, function: 2, place: 1 },
  // Ruby: `/srv/app.rb:3:in 'work'`
  { pattern: /^(?:from )?([^\s:]+\.rb):\d+:in [`'](.+)'$/, function: 2, place: 1 },
  // PHP: `#0 /srv/app.php(12): work()`
  { pattern: /^#\d+ ([^\s()]+)\(\d+\): ([^(]+)\(/, function: 2, place: 1 },
  // Firefox, Safari: `work@https://shop.example/app.js:3:9`
  { pattern: /^([^@\s]*)@(.+?):\d+:\d+$/, function: 1, place: 2 },
  // Go: `	/srv/app/main.go:12 +0x1d`; the function stands on the line before
  { pattern: /^(\S+\.go):\d+(?: \+0x[0-9a-f]+)?$/, function: 0, place: 1 },
];

/** Where libraries and runtimes live, by the path, URL, class or module. */
const foreign =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor|gems)\/|^node:|^internal\/|<frozen |^(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|org\.springframework|org\.apache|org\.hibernate|io\.netty|reactor|System|Microsoft)\.|\/usr\/(?:local\/)?(?:lib|go)\/|\/(?:go\/pkg\/mod|rustc|lib\/python[\d.]+)\/|(?:chrome|moz|safari)(?:-web)?-extension:/;

/** The frames that the text of a stack names. Lines that look like none are passed over. */
export function readStack(stack: string): readonly StackFrame[] {
  const frames: StackFrame[] = [];
  let before = '';
  for (const whole of stack.split('\n', STACK_LINES)) {
    const line = whole.trim().slice(0, LINE_CHARACTERS);
    for (const shape of shapes) {
      const found = shape.pattern.exec(line);
      if (found === null) continue;
      const named = shape.function === 0 ? goFunction(before) : found[shape.function];
      const place = found[shape.place] ?? '';
      frames.push({
        place: shape.function === shape.place ? place.slice(0, place.lastIndexOf('.')) : place,
        ...(named === undefined ? {} : { function: shape.function === shape.place ? afterDot(named) : named }),
        inApp: place !== '' && place !== 'native' && place !== '<anonymous>' && !foreign.test(place),
      });
      break;
    }
    before = line;
  }
  return frames;
}

function afterDot(text: string): string {
  return text.slice(text.lastIndexOf('.') + 1);
}

/** `main.work(0xc000012, 0x3)` on the line before a place in Go. */
function goFunction(line: string): string | undefined {
  const end = line.lastIndexOf('(');
  return end > 0 && !line.startsWith('at ') ? line.slice(0, end) : undefined;
}
