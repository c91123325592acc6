import type { KindSpec } from '../kind.ts';

export const querySpec: KindSpec = {
  kind: 'query',
  form: 'query main "select count(*) from orders"',
  summary:
    'One statement that reads, in a read-only transaction on a PostgreSQL connection of its own, rolled back in any case. Give it a role that may only read.',
  fields: {
    'time.dns': { unit: 'ms', means: 'looking up the name' },
    'time.connect': { unit: 'ms', means: 'until the connection stood' },
    rows: { unit: 'count', means: 'how many rows came, at most 1,000' },
    value: { unit: 'text', means: 'first column of the first row: a number, a truth value or text' },
    columns: { unit: 'text', means: 'names of the columns, with commas between' },
  },
  reasons: {
    'authentication-failed': { outcome: 'failed', means: 'The database does not let this user in.' },
    'tls-failed': { outcome: 'failed', means: 'There is no TLS, or a certificate that is not trusted.' },
    'statement-refused': { outcome: 'failed', means: 'The statement does more than read.' },
    'permission-denied': { outcome: 'failed', means: 'This user may not read that.' },
    'query-invalid': { outcome: 'failed', means: 'The statement is wrong: a name, the syntax, a value.' },
    'query-failed': { outcome: 'failed', means: 'The database could not carry the statement out.' },
    'too-many-rows': { outcome: 'failed', means: 'There are more than 1,000 rows; count them in the statement.' },
    'answer-too-large': { outcome: 'failed', means: 'The answer has more than 1 MiB.' },
    'database-unknown': { outcome: 'unmeasured', means: 'The plan defines no database of this name.' },
  },
  demands: 'a statement that runs',
};
