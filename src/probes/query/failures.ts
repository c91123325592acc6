import type { Problem } from '../kind.ts';

/** What the server said, as `pg` hands it on. */
interface ServerError {
  readonly code: string;
  readonly message: string;
}

/** A five-character SQLSTATE with a severity; errors of the network have neither. */
const SQLSTATE = /^[0-9A-Z]{5}$/;
const MESSAGE_CHARACTERS = 300;

/** What an SQLSTATE, or the class that is its beginning, says of the query; the first match holds (PostgreSQL documentation, appendix A). */
const REASONS: readonly (readonly [state: string, reason: string])[] = [
  ['57014', 'timed-out'],
  ['55P03', 'timed-out'],
  ['25P03', 'timed-out'],
  ['25P04', 'timed-out'],
  ['57P03', 'connection-failed'],
  ['53300', 'connection-failed'],
  ['3D000', 'connection-failed'],
  ['57P', 'connection-lost'],
  ['08', 'connection-failed'],
  ['28', 'authentication-failed'],
  ['42501', 'permission-denied'],
  ['25', 'statement-refused'],
  ['2D', 'statement-refused'],
  ['42', 'query-invalid'],
  ['22', 'query-invalid'],
  ['3F', 'query-invalid'],
  ['0A', 'query-invalid'],
];

/** Names what ended the conversation with the server at `place` (host and port). */
export function describeFailure(problem: unknown, place: string): Problem {
  if (isServerError(problem)) {
    const reason = REASONS.find(([state]) => problem.code.startsWith(state))?.[1] ?? 'query-failed';
    const words = problem.message.replaceAll(/\s+/g, ' ').slice(0, MESSAGE_CHARACTERS);
    return { outcome: 'failed', reason, message: `${place}: ${words} (${problem.code}).` };
  }
  const tls = problem instanceof Error ? tlsProblem(problem) : undefined;
  if (tls !== undefined) return { outcome: 'failed', reason: 'tls-failed', message: `${place}: ${tls}.` };
  const code = problem instanceof Error && 'code' in problem ? ` (${String(problem.code)})` : '';
  return { outcome: 'failed', reason: 'connection-lost', message: `${place} closed the connection${code}.` };
}

/** `pg` has no code for a server without TLS; Node has one for every certificate that is not trusted. */
function tlsProblem(problem: Error): string | undefined {
  if (problem.message.includes('SSL connection'))
    return 'no TLS connection could be made, and the address of the database wants one';
  const code = 'code' in problem ? String(problem.code) : '';
  return /CERT|SIGNATURE|TLS|SSL/.test(code) ? `the certificate is not trusted (${code})` : undefined;
}

function isServerError(problem: unknown): problem is ServerError {
  return problem instanceof Error && 'severity' in problem && 'code' in problem && SQLSTATE.test(String(problem.code));
}
