import type { Clock, Random } from '#kernel/ports.ts';

/**
 * What the command line takes from outside, so that it reads no clock, environment or process of its own. `main.ts` makes the real one.
 */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  /** Where relative paths start. */
  readonly workingFolder: string;
  /** `WATCHBILL_DATA`, `WATCHBILL_SERVER`, `WATCHBILL_TOKEN`, as far as they are set. */
  readonly defaults: {
    readonly dataFolder?: string;
    readonly server?: string;
    readonly token?: string;
    readonly ingestKey?: string;
  };
  readonly version: string;
  /** The value of `secret NAME` in the environment. */
  secret(name: string): string | undefined;
  /** `WATCHBILL_EGRESS_ALLOW`. */
  readonly egressAllow: readonly string[];
  /** What a child process of ours may see of the environment: how to run, and no secret. */
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** A new key of the right form, not yet known to any server. */
  createIngestKey(): string;
  /** Standard output is a terminal: tables may use its width. */
  readonly width: number;
  write(text: string): void;
  writeError(text: string): void;
  /** Aborted by SIGINT and SIGTERM: the command has to end in good order. */
  readonly stopSignal: AbortSignal;
  /** Runs the server until it is stopped; resolves with its exit code. */
  startServer(options: ServerOptions): Promise<number>;
  /** Starts only the embedded stores on a data folder, for backup and restore while no server runs. */
  withStores<Value>(dataFolder: string, use: (stores: OpenStores) => Promise<Value>): Promise<Value>;
}

export interface ServerOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly intakePort: number;
  /** Of OTLP over gRPC; without it OpenTelemetry's own, if nobody else has that. */
  readonly grpcPort?: number | 'off';
  readonly host: string;
  /** Names by which other machines address it; another `Host` is refused, so that no web page can reach it by a name of its own. */
  readonly names?: readonly string[];
  /** Where people's browsers reach this server, e.g. a proxy's address; the address that it listens on when absent. */
  readonly publicUrl?: string;
  /** Where senders reach intake, e.g. a proxy's address; the address that it listens on when absent. */
  readonly publicIntakeUrl?: string;
  /** Plans to apply at start, unless that text runs already. */
  readonly plans: readonly (readonly { readonly path: string; readonly text: string }[])[];
  /** A key for these plans to create at start when it is not there: `WATCHBILL_INGEST_KEY`. */
  readonly ingestKey?: string;
  /** Addresses that pages may go to although they are private. */
  readonly egressAllow?: readonly string[];
  /** Secrets by name, beside those of the environment. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Called once when everything is ready; what it returns is stopped before the server is. */
  readonly onReady?: (server: {
    readonly url: string;
    readonly intakeUrl: string;
    readonly token: string;
  }) => Promise<{ stop(): Promise<void> } | undefined>;
}

/** Connections to the stores of a data folder, or to the outside servers that the environment names. */
export interface OpenStores {
  readonly postgres: import('pg').Pool;
  readonly clickhouse: import('@clickhouse/client').ClickHouseClient;
}
