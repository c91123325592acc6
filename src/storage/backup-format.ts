/** What a backup holds: a folder with this in `manifest.json`, and one file a table. */
export interface BackupManifest {
  readonly format: 1;
  /** Version of the program that wrote it. */
  readonly program: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly postgres: StoreBackup;
  readonly clickhouse: StoreBackup;
}

export interface StoreBackup {
  /** Migrations that were applied: restoring applies the same first and refuses when it has other ones. */
  readonly migrations: readonly { readonly number: number; readonly name: string; readonly hash: string }[];
  readonly tables: readonly TableBackup[];
}

export interface TableBackup {
  readonly table: string;
  /** Relative to the manifest. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
}

export const MANIFEST_FILE = 'manifest.json';

/** Records of the schema come from the migrations themselves, never from a backup. */
export const SCHEMA_TABLE = 'schema_migration';
