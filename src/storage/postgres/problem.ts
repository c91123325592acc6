import { WatchbillError } from '#kernel/error-codes.ts';

/** SQLSTATE classes of a server that cannot work now: connection, resources (a full disk too), operator's intervention, its system. */
const AWAY_CLASSES = new Set(['08', '53', '57', '58']);
/** A server that has become a replica. */
const READ_ONLY = '25006';
/** Text with a NUL or half a character, which no column of text holds. */
const UNTRANSLATABLE = new Set(['22021', '22P05']);
/** What `pg` itself says of a connection; these errors carry no code. */
const LOST = /^(Connection terminated|Client has encountered a connection error|timeout exceeded|Query read timeout)/;

/** Says in our codes what a statement failed of: `not-ready` and `invalid-request`, or the problem as it was, which is then a bug of ours. */
export function describePostgresProblem(problem: unknown): unknown {
  if (!(problem instanceof Error) || problem instanceof WatchbillError) return problem;
  const code = 'code' in problem && typeof problem.code === 'string' ? problem.code : '';
  if (UNTRANSLATABLE.has(code)) {
    return new WatchbillError(
      'invalid-request',
      'The request has text with a character that cannot be stored, such as NUL.',
    );
  }
  const isState = /^[0-9A-Z]{5}$/.test(code);
  const away = isState ? AWAY_CLASSES.has(code.slice(0, 2)) || code === READ_ONLY : /^E[A-Z_]+$/.test(code);
  if (away || LOST.test(problem.message)) return new WatchbillError('not-ready', 'PostgreSQL does not answer.');
  return problem;
}
