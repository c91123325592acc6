import type { SecretValues } from '#intake/secrets.ts';
import { type ErrorCode, WatchbillError } from '#kernel/error-codes.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import type { Environment } from '../environment.ts';
import type { ChildConfiguration, FromChild, ToChild } from './messages.ts';
import type { ProcessReport } from './process-board.ts';

export interface RoleOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly environment: Environment;
  /** How late this process does what is due; undefined while it is not known. */
  readonly eventLoopDelayMs: () => number | undefined;
}

/** What is known by the time that a role starts. */
export interface StartOptions extends RoleOptions {
  /** The server's processes, as the supervisor told last. */
  readonly processes: () => readonly ProcessReport[];
  /** Asks the supervisor for secrets by name, and says who is told of them. */
  readonly secrets: SecretsDesk;
}

export interface SecretsDesk {
  ask(names: readonly string[]): void;
  /** Called with every answer from now on. */
  onValues(listener: (values: SecretValues) => void): void;
}

interface Part {
  stop(): Promise<void>;
}

/** Starting again does not help against these: the supervisor ends with the same code. */
const HOPELESS: readonly ErrorCode[] = [
  'schema-too-new',
  'schema-changed',
  'store-too-old',
  'configuration-invalid',
  'plan-invalid',
  'plan-not-executable',
];
/** Leaves a message the time to go through the channel before it closes with us. */
const LAST_WORDS_MS = 50;

/**
 * A child of the supervisor: waits for its configuration, runs until it is told to stop, and ends when the supervisor is gone, however
 * that came about.
 */
export async function runRole(role: string | undefined, options: RoleOptions): Promise<void> {
  if (process.send === undefined) throw new WatchbillError('usage', 'Roles are started by `watchbill up`.');
  // While the stores start; what it needs of them comes with the configuration.
  const starter = load(role);
  starter.catch(() => {});
  let part: Promise<Part> | undefined;
  let stopping = false;
  let processes: readonly ProcessReport[] = [];
  let giveSecrets = (_values: SecretValues): void => {};
  const secrets: SecretsDesk = {
    ask: (names) => tell({ type: 'secrets-wanted', names }),
    onValues: (listener) => {
      giveSecrets = listener;
    },
  };

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    try {
      await (await part)?.stop();
    } finally {
      process.exit(0);
    }
  };
  const giveUp = (thrown: unknown): void => {
    stopping = true;
    if (thrown instanceof WatchbillError && HOPELESS.includes(thrown.code)) {
      tell({ type: 'hopeless', code: thrown.code, message: thrown.message });
    } else {
      const problem = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      process.stderr.write(`watchbill ${role}: ${problem}\n`);
    }
    options.clock.after(LAST_WORDS_MS, () => process.exit(1));
  };

  // The supervisor was killed, and its successor may be starting already: everything acknowledged is durable, so we end at once. An
  // orderly stop would take its time, and take the successor's socket away at the end.
  process.on('disconnect', () => process.exit(1));
  // Ctrl-C reaches the whole group; the supervisor decides the order in which we end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('message', (message: ToChild) => {
    if (message.type === 'stop') {
      void stop();
      return;
    }
    if (message.type === 'processes') {
      processes = message.processes;
      return;
    }
    if (message.type === 'secrets') {
      giveSecrets(message.values);
      return;
    }
    const { configuration } = message;
    part = starter.then((start) =>
      start(configuration, { ...options, processes: () => processes, secrets }, tell, giveUp),
    );
    part.catch(giveUp);
  });
}

type Starter = (
  configuration: ChildConfiguration,
  options: StartOptions,
  say: (message: FromChild) => void,
  onHopeless: (problem: WatchbillError) => void,
) => Promise<Part>;

/** Loads what one role consists of, and nothing of the others: they have little in common, and loading is most of a start. */
async function load(role: string | undefined): Promise<Starter> {
  const unknown = (wanted: string): WatchbillError =>
    new WatchbillError('usage', `There is no role "${role}" with a configuration for ${wanted}.`);
  switch (role) {
    case 'core': {
      const { startCore } = await import('./core.ts');
      return async (configuration, options, say) => {
        if (configuration.role !== role) throw unknown(configuration.role);
        return startCore(
          configuration,
          options,
          () => say({ type: 'ready' }),
          (path) => say({ type: 'set-up-link', path }),
        );
      };
    }
    case 'intake': {
      const { startIntake } = await import('./intake.ts');
      return async (configuration, options, say, onHopeless) => {
        if (configuration.role !== role) throw unknown(configuration.role);
        return startIntake(
          configuration,
          options,
          () => say({ type: 'ready' }),
          onHopeless,
          (wanted) => say({ type: 'probes-wanted', wanted }),
        );
      };
    }
    case 'prober': {
      const { startProber } = await import('./prober.ts');
      return async (configuration, options, say) => {
        if (configuration.role !== role) throw unknown(configuration.role);
        return startProber(configuration, options, () => say({ type: 'ready' }));
      };
    }
    default:
      return async (configuration) => {
        throw unknown(configuration.role);
      };
  }
}

function tell(message: FromChild): void {
  process.send?.(message);
}
