import type { ClickHouseAddress } from '#cli/client.ts';
import type { SecretValues } from '#intake/secrets.ts';
import type { PostgresAddress } from '#storage/postgres/pool.ts';
import type { ProcessReport } from './process-board.ts';

/** What the supervisor gives its children over their IPC channel: secrets pass here, never through arguments. */
export interface CoreConfiguration {
  readonly role: 'core';
  readonly dataFolder: string;
  readonly host: string;
  readonly names: readonly string[];
  readonly port: number;
  /** Where browsers reach it, without a slash at its end. */
  readonly publicUrl: string;
  /** Where senders reach intake, without a slash at its end. */
  readonly publicIntakeUrl: string;
  readonly linkPath: string;
  readonly adminToken: string;
  /** Of this installation, for sign-in; see `AccessOptions`. */
  readonly authSecret: string;
  /** How many proxies stand in front; see `clientAddress`. */
  readonly trustedProxies: number;
  /** Names the data folder for good: the owner of leases. */
  readonly installation: string;
  readonly version: string;
  readonly postgres: PostgresAddress;
  /** What pages show of the past is read there: the core keeps nothing in it, and does its work without it. */
  readonly clickhouse: ClickHouseAddress;
  readonly plans: readonly (readonly { readonly path: string; readonly text: string }[])[];
  readonly ingestKey?: string;
  readonly egressAllow: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
}

export interface IntakeConfiguration {
  readonly role: 'intake';
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** Of OTLP over gRPC; without it that is not taken in. */
  readonly grpcPort?: number;
  readonly linkPath: string;
  readonly clickhouse: ClickHouseAddress;
  /** As the core's: targets of scrapes are dialled like channels. */
  readonly egressAllow: readonly string[];
  /** What the prober shows: made at each start of the server and kept nowhere. */
  readonly proberKey: string;
}

export interface ProberConfiguration {
  readonly role: 'prober';
  /** Where it reaches intake itself. */
  readonly intakeUrl: string;
  readonly key: string;
  /** As the core's: targets of probes are dialled like channels. */
  readonly egressAllow: readonly string[];
}

export type ChildConfiguration = CoreConfiguration | IntakeConfiguration | ProberConfiguration;

export type ToChild =
  | { readonly type: 'start'; readonly configuration: ChildConfiguration }
  | { readonly type: 'stop' }
  /** To the core: how the server's processes are, at its start and whenever it changes. */
  | { readonly type: 'processes'; readonly processes: readonly ProcessReport[] }
  /** To intake and the prober: what they asked for. */
  | { readonly type: 'secrets'; readonly values: SecretValues };

export type FromChild =
  /** Does its work; for the core, with stores and intake doing theirs. */
  | { readonly type: 'ready' }
  /** There is no owner yet: the path of the link that makes one, to be shown to whoever started the server and to nobody else. */
  | { readonly type: 'set-up-link'; readonly path: string }
  /** From intake: whether a plan in force has probes. */
  | { readonly type: 'probes-wanted'; readonly wanted: boolean }
  /** From intake and the prober: the secrets that plans in force name for their own work, by name. */
  | { readonly type: 'secrets-wanted'; readonly names: readonly string[] }
  /** Cannot go on, and starting again would not help: a schema that is too new, a port that is taken. */
  | { readonly type: 'hopeless'; readonly code: string; readonly message: string };
