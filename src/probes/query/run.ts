import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { FieldValue } from '#plan/model.ts';
import type { ProbeContext, ProbeKind, Problem, Sighting } from '../kind.ts';
import { whenFree } from './database-turns.ts';
import { type DatabaseAddress, readDatabaseUrl } from './database-url.ts';
import type { Rows } from './portal.ts';
import { runInSession } from './session.ts';
import { querySpec } from './spec.ts';
import { refuseStatement } from './statement.ts';
import { tableOf } from './table.ts';

/** Asks a PostgreSQL database one question, without being able to change anything in it. */
export const queryKind: ProbeKind<'query'> = {
  spec: querySpec,
  async run({ database, sql }, context) {
    const refusal = refuseStatement(sql);
    if (refusal !== undefined) {
      return { fields: {}, problem: { outcome: 'failed', reason: 'statement-refused', message: refusal } };
    }
    const address = addressOf(database, context);
    if (!address.ok) return { fields: {}, problem: address.failure };
    const { host, port, database: name } = address.value;
    const answer = await whenFree(`${host}:${port}/${name}`, context, (left) => runInSession(address.value, sql, left));
    if ('reason' in answer) return { fields: {}, problem: answer };
    const { rows, times } = answer;
    const hide = hiding(address.value.password);
    if (!rows.ok) {
      return { fields: times, problem: { ...rows.failure, message: hide(rows.failure.message) } };
    }
    return sightingOf(rows.value, times, hide);
  },
};

function addressOf(name: string, context: ProbeContext): Result<DatabaseAddress, Problem> {
  const database = context.database(name);
  if (database === undefined) {
    return fail({ outcome: 'unmeasured', reason: 'database-unknown', message: `The plan has no database ${name}.` });
  }
  const secret = context.secret(database.url.secret);
  if (secret.state !== 'known') {
    const words = secret.state === 'unset' ? 'is not set here' : 'has not come yet';
    const message = `The secret ${database.url.secret} ${words}.`;
    return fail({ outcome: 'unmeasured', reason: 'secret-missing', message });
  }
  const read = readDatabaseUrl(secret.value);
  if (read.ok) return ok(read.value);
  return fail({ outcome: 'unmeasured', reason: 'url-refused', message: `${database.url.secret}: ${read.failure}` });
}

function sightingOf(rows: Rows, times: Readonly<Record<string, number>>, hide: (text: string) => string): Sighting {
  const value = typeof rows.value === 'string' ? hide(rows.value) : rows.value;
  const evidence = hide(tableOf(rows));
  const fields: Record<string, FieldValue> = { ...times, rows: rows.count, columns: rows.columns.join(', ') };
  // What is told with the result is kept for long; what is judged is the whole value.
  if (value !== undefined)
    fields['value'] = typeof value === 'string' ? value.slice(0, limits.queryValueCharacters) : value;
  return {
    fields,
    evidence,
    ...(rows.isCut
      ? {
          problem: {
            outcome: 'failed',
            reason: 'too-many-rows',
            message: `There are more than ${limits.queryRows} rows; count them in the statement.`,
          },
        }
      : {}),
    read: (field) => (field === 'rows' ? rows.count : field === 'value' ? rows.value : undefined),
  };
}

/** A database may send back what it was sent. */
function hiding(password: string): (text: string) => string {
  return (text) => (password === '' ? text : text.replaceAll(password, '***'));
}
