import { isTest, type SourceFile, type Violation } from './source-files.ts';

/** Something of the outside world that is read in one place only. */
interface Origin {
  readonly what: string;
  readonly names: ReadonlySet<string>;
  /** Modules that give it, and which of their exports do; none named means all. */
  readonly modules: Readonly<Record<string, readonly string[]>>;
  readonly instead: string;
  /** Path to reason. */
  readonly allowed: Readonly<Record<string, string>>;
}

export const origins: readonly Origin[] = [
  {
    what: 'the clock',
    names: new Set([
      'Date',
      'Temporal.Now',
      'performance',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'process.hrtime',
      'process.uptime',
      'AbortSignal.timeout',
    ]),
    modules: {
      'node:timers': [],
      'node:timers/promises': [],
      'node:perf_hooks': [],
      timers: [],
      'timers/promises': [],
    },
    instead: 'take a Clock (src/kernel/ports.ts)',
    allowed: {
      'src/system-clock.ts': 'the one place',
      'src/event-loop.ts': 'the one place where the delay of the event loop is measured',
      'src/egress/egress.ts': 'deadlines of sockets; the simulation replaces the whole Transport',
      'src/egress/mail-exchange.ts': 'deadlines of sockets, and the date of a mail as its library wants it',
      'src/cli/client.ts': 'a deadline of the command line, which runs in real time only',
      'src/cli/intake-client.ts': 'a deadline of the command line, which runs in real time only',
    },
  },
  {
    what: 'randomness',
    names: new Set(['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']),
    modules: {
      'node:crypto': [
        'randomBytes',
        'randomUUID',
        'randomInt',
        'randomFill',
        'randomFillSync',
        'getRandomValues',
        'webcrypto',
      ],
    },
    instead: 'take a Random (src/kernel/ports.ts)',
    allowed: {
      'src/system-random.ts': 'the one place',
    },
  },
  {
    what: 'the environment',
    names: new Set(['process.env']),
    modules: {},
    instead: 'read it in src/environment.ts and take the value as an argument',
    allowed: {
      'src/environment.ts': 'the one place',
      'src/main.ts': 'hands it whole to the processes that it starts',
    },
  },
];

/** Clock, randomness and environment are read in their one place, so that a rehearsal and the simulation can replace them. */
export function checkOnePlace(files: readonly SourceFile[]): readonly Violation[] {
  return origins.flatMap((origin) =>
    files
      .filter((file) => file.path.startsWith('src/') && !isTest(file.path) && !Object.hasOwn(origin.allowed, file.path))
      .flatMap((file) => usesOf(file, origin)),
  );
}

function usesOf(file: SourceFile, origin: Origin): readonly Violation[] {
  const found = (line: number, name: string): Violation => ({
    path: file.path,
    line,
    rule: `reads ${origin.what} (${name})`,
    instead: origin.instead,
  });
  const byName = file.names.filter(({ name }) => origin.names.has(name)).map(({ name, line }) => found(line, name));
  const byModule = file.imports.flatMap(({ specifier, taken, typeOnly, line }) => {
    const givers = Object.hasOwn(origin.modules, specifier) ? origin.modules[specifier] : undefined;
    if (typeOnly || givers === undefined) return [];
    if (givers.length === 0) return [found(line, specifier)];
    return taken.filter((name) => givers.includes(name)).map((name) => found(line, name));
  });
  return [...byName, ...byModule];
}
