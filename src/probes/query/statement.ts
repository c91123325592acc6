/** What a statement that reads may begin with. */
const READING: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table', 'show']);

/**
 * Why a statement is not sent at all; undefined when it may be. A read-only transaction refuses what changes the database, but not what only
 * touches the server's machine (`COPY … TO PROGRAM`, `LOAD`) or the session (`LOCK`, `LISTEN`, `COMMIT`): only statements that read are sent.
 */
export function refuseStatement(sql: string): string | undefined {
  const word = /^[a-z]+/i.exec(withoutLead(sql))?.[0].toLowerCase();
  if (word !== undefined && READING.has(word)) return undefined;
  return 'Only statements that read are sent: SELECT, WITH, VALUES, TABLE or SHOW.';
}

/** The text from its first word on: without blanks, comments and opening parentheses before it. */
function withoutLead(sql: string): string {
  let rest = sql;
  for (;;) {
    const lead = /^(?:[\s(]+|--[^\n]*(?:\n|$))/.exec(rest)?.[0];
    if (lead !== undefined) rest = rest.slice(lead.length);
    else if (rest.startsWith('/*')) rest = rest.slice(endOfComment(rest));
    else return rest;
  }
}

/** Comments of SQL nest. One that does not end is left to the server to refuse. */
function endOfComment(text: string): number {
  let depth = 0;
  for (const mark of text.matchAll(/\/\*|\*\//g)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.index + 2;
  }
  return text.length;
}
