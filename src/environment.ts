import type { Failure } from '#kernel/error-codes.ts';
import { INGEST_KEY_FORM, isIngestKey } from '#kernel/ingest-key.ts';
import { fail, ok, type Result } from '#kernel/result.ts';

/** Everything that Watchbill takes from its environment. An empty variable counts as unset. */
export interface Environment {
  /** `WATCHBILL_DATABASE_URL`: a PostgreSQL server to use in place of the embedded one. */
  readonly databaseUrl?: string;
  /** `WATCHBILL_CLICKHOUSE_URL`: a ClickHouse server to use in place of the embedded engine. */
  readonly clickhouseUrl?: string;
  /** `WATCHBILL_INGEST_KEY`: a key to preset, so that automation need not ask for one. */
  readonly ingestKey?: string;
  /** `WATCHBILL_EGRESS_ALLOW`: private addresses, networks or host:port pairs that may be reached, split at commas or spaces. */
  readonly egressAllow: readonly string[];
  /** `WATCHBILL_DATA`: the data folder. */
  readonly data?: string;
  /** `WATCHBILL_SERVER`: the server that the commands speak to. */
  readonly server?: string;
  /** `WATCHBILL_TOKEN`: the token that the commands show it. */
  readonly token?: string;
  /** `WATCHBILL_PUBLIC_URL`: where people's browsers reach this server, for the links in messages. */
  readonly publicUrl?: string;
  /** `WATCHBILL_PUBLIC_INTAKE_URL`: where senders reach intake, for the snippets that people copy. */
  readonly publicIntakeUrl?: string;
  /** `WATCHBILL_TRUSTED_PROXIES`: how many proxies stand in front, each of which adds to `X-Forwarded-For`; none when it is not set. */
  readonly trustedProxies: number;
  /** Variables that begin with `WATCHBILL_` and mean nothing: most likely misspelt, so the caller warns. */
  readonly unknown: readonly string[];
  /** The value of `secret NAME`; undefined when it is not set. Watchbill's own variables are never given out. */
  secret(name: string): string | undefined;
}

const PREFIX = 'WATCHBILL_';

const names = {
  databaseUrl: 'WATCHBILL_DATABASE_URL',
  clickhouseUrl: 'WATCHBILL_CLICKHOUSE_URL',
  ingestKey: 'WATCHBILL_INGEST_KEY',
  egressAllow: 'WATCHBILL_EGRESS_ALLOW',
  data: 'WATCHBILL_DATA',
  server: 'WATCHBILL_SERVER',
  token: 'WATCHBILL_TOKEN',
  publicUrl: 'WATCHBILL_PUBLIC_URL',
  publicIntakeUrl: 'WATCHBILL_PUBLIC_INTAKE_URL',
  trustedProxies: 'WATCHBILL_TRUSTED_PROXIES',
} as const;

const schemes: Partial<Record<keyof typeof names, readonly string[]>> = {
  databaseUrl: ['postgres:', 'postgresql:'],
  clickhouseUrl: ['http:', 'https:'],
  server: ['http:', 'https:'],
  publicUrl: ['http:', 'https:'],
  publicIntakeUrl: ['http:', 'https:'],
};

/** Reads the variables once, at start. Fails with `configuration-invalid`, naming the variable and never its value. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Result<Environment, Failure> {
  const read = (name: string): string | undefined => {
    const value = Object.hasOwn(variables, name) ? variables[name]?.trim() : undefined;
    return value === '' ? undefined : value;
  };
  for (const key of Object.keys(schemes) as (keyof typeof names)[]) {
    const problem = urlProblem(read(names[key]), schemes[key] ?? []);
    if (problem !== undefined) {
      return fail({ code: 'configuration-invalid', message: `${names[key]} ${problem}`, where: names[key] });
    }
  }
  const ingestKey = read(names.ingestKey);
  if (ingestKey !== undefined && !isIngestKey(ingestKey)) {
    const message = `${names.ingestKey} is no key; a key has ${INGEST_KEY_FORM}`;
    return fail({ code: 'configuration-invalid', message, where: names.ingestKey });
  }
  const trustedProxies = read(names.trustedProxies) ?? '0';
  if (!/^\d$/.test(trustedProxies)) {
    const message = `${names.trustedProxies} is no number from 0 to 9`;
    return fail({ code: 'configuration-invalid', message, where: names.trustedProxies });
  }
  const known = new Set<string>(Object.values(names));
  const single = (key: Exclude<keyof typeof names, 'egressAllow' | 'trustedProxies'>): Record<string, string> => {
    const value = read(names[key]);
    return value === undefined ? {} : { [key]: value };
  };
  return ok({
    ...single('databaseUrl'),
    ...single('clickhouseUrl'),
    ...single('ingestKey'),
    ...single('data'),
    ...single('server'),
    ...single('token'),
    ...single('publicUrl'),
    ...single('publicIntakeUrl'),
    trustedProxies: Number(trustedProxies),
    egressAllow: (read(names.egressAllow) ?? '').split(/[\s,]+/).filter((entry) => entry !== ''),
    unknown: Object.keys(variables)
      .filter((name) => name.startsWith(PREFIX) && !known.has(name))
      .sort(),
    secret: (name) => (name.startsWith(PREFIX) ? undefined : read(name)),
  });
}

function urlProblem(value: string | undefined, allowed: readonly string[]): string | undefined {
  if (value === undefined) return undefined;
  const wanted = allowed.map((scheme) => `${scheme}//…`).join(' or ');
  if (!URL.canParse(value)) return `is not a URL; write it as ${wanted}`;
  if (!allowed.includes(new URL(value).protocol)) return `has the wrong scheme; write it as ${wanted}`;
  return undefined;
}
