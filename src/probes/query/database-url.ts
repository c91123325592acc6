import { fail, ok, type Result } from '#kernel/result.ts';

/** Where a database is and who we are there. Never shown: it holds a password. */
export interface DatabaseAddress {
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** As libpq has them: `disable` speaks in the clear, `require` encrypts, `verify-full` also checks the certificate and its name. */
  readonly tls: 'disable' | 'require' | 'verify-full';
}

const TLS: readonly DatabaseAddress['tls'][] = ['disable', 'require', 'verify-full'];

/**
 * Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`. Nothing else of libpq is taken, since its parameters lead to other hosts, to
 * sockets and to files. The failure says what is wrong without repeating any of the text.
 */
export function readDatabaseUrl(text: string): Result<DatabaseAddress, string> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')) {
    return fail('The address of the database is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE.');
  }
  const [user, password, database, host] = [url.username, url.password, url.pathname.slice(1), url.hostname].map(
    decode,
  );
  if (user === undefined || password === undefined || database === undefined || host === undefined) {
    return fail('The address of the database has a percent sign that begins no escape; write it as %25.');
  }
  if (host === '' || host.includes('/')) {
    return fail('The address of the database has no host; sockets of this machine are not dialled.');
  }
  if (user === '' || database === '')
    return fail('The address of the database lacks the user or the name of the database.');
  let tls: DatabaseAddress['tls'] = 'disable';
  for (const [name, value] of url.searchParams) {
    const mode = name === 'sslmode' ? TLS.find((one) => one === value) : undefined;
    if (mode === undefined) {
      return fail('The address of the database may have one parameter: sslmode=disable, require or verify-full.');
    }
    tls = mode;
  }
  return ok({
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: url.port === '' ? 5432 : Number(url.port),
    user,
    password,
    database,
    tls,
  });
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
