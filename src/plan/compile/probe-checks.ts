import type { DnsRecord, ProbeCheck } from '../probe.ts';
import { RUN_PLACE } from '../run-id.ts';
import { suggest } from '../text/nearest-name.ts';
import type { TextNode } from '../text/tree.ts';
import type { Context } from './context.ts';

/** A parameter of an address that holds a credential by its name. */
const CREDENTIAL = /[?&](?:[^=&]*(?:token|secret|passw|auth|key|signature))[^=&]*=[^&]/i;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?)$/i;
const RECORDS: readonly DnsRecord[] = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'SOA', 'SRV', 'TXT'];
const METHODS = ['GET', 'HEAD', 'POST'] as const;
const FORMS =
  'Write `GET URL`, `HEAD URL`, `POST URL`, `tcp HOST:PORT`, `tls HOST:PORT`, `dns TXT DOMAIN` or `query DATABASE "select …"`.';

type Code = 'E125' | 'E140' | 'E171';

/** A check without the headers and the body that stand in keys of their own. */
export type WrittenCheck = ProbeCheck extends infer Check
  ? Check extends { readonly kind: 'http' }
    ? Omit<Check, 'headers' | 'body'>
    : Check
  : never;

/**
 * Reads what a probe does. Undefined with the mistake reported at its place; `waiting` for a form that is understood and not executed.
 */
export function readCheck(node: TextNode, where: string, context: Context): WrittenCheck | 'waiting' | undefined {
  const text = node.text.trim();
  const [word = ''] = text.split(/\s/, 1);
  const rest = text.slice(word.length).trim();
  const lead = node.text.length - node.text.trimStart().length;
  const from = lead + text.length - rest.length;
  /** `start` and `end` within what stands after the first word. */
  const wrong = (message: string, hint: string, start = 0, end = rest.length, code: Code = 'E171') => {
    const place = rest === '' ? node.span : node.piece(from + start, from + end);
    context.report.add(code, place, message, hint);
    return undefined;
  };
  switch (word) {
    case 'GET':
    case 'HEAD':
    case 'POST':
      if (CREDENTIAL.test(rest)) {
        const message = `\`${where}.check\` holds a credential, and addresses are shown to people.`;
        return wrong(message, 'Send it as `headers: { Authorization: secret NAME }`.', 0, rest.length, 'E125');
      }
      if (!isAddress(rest)) {
        return wrong(
          `\`${where}.check\` has no http or https address.`,
          `Write e.g. \`${word} https://shop.example/health\`.`,
        );
      }
      if (beforeQuery(rest).includes(RUN_PLACE)) {
        const message = `\`${where}.check\` has \`${RUN_PLACE}\` before the query of its address.`;
        const at = rest.indexOf(RUN_PLACE);
        const hint = `\`${RUN_PLACE}\` may stand in the query, in \`headers\` and in \`body\`.`;
        return wrong(message, hint, at, at + RUN_PLACE.length);
      }
      return { kind: 'http', method: word, url: rest };
    case 'tcp':
    case 'tls':
      return readPlace(word, rest) ?? wrong(`\`${where}.check\` has no host and port.`, placeHint(word, rest));
    case 'dns': {
      const [record = '', domain = '', ...more] = rest.split(/\s+/);
      const known = RECORDS.find((one) => one === record);
      if (known === undefined) {
        const hint =
          suggest(record.toUpperCase(), RECORDS) ?? `It may be ${RECORDS.join(', ')}: \`dns TXT shop.example\`.`;
        return wrong(`There is no kind of DNS record \`${record}\` that is looked up.`, hint, 0, record.length);
      }
      if (!HOST.test(domain) || more.length > 0) {
        return wrong(`\`${where}.check\` has no domain.`, 'Write e.g. `dns TXT shop.example`.');
      }
      return { kind: 'dns', record: known, domain };
    }
    case 'query':
      return readQuery(rest, where, context, wrong);
    case 'journey':
      context.skip(where, '`journey` (a check in several steps)', node.span);
      return 'waiting';
    default: {
      const method = METHODS.find((one) => one === word.toUpperCase());
      const other = method ?? word.toLowerCase();
      const known = [...METHODS, 'tcp', 'tls', 'dns', 'query'].includes(other) && other !== word;
      const message = `\`${word}\` is no kind of check.`;
      context.report.add('E171', node.piece(lead, lead + word.length), message, known ? `Write \`${other}\`.` : FORMS);
      return undefined;
    }
  }
}

function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/i.test(text);
}

function beforeQuery(address: string): string {
  return address.split('?', 1)[0] ?? '';
}

function readPlace(kind: 'tcp' | 'tls', text: string): WrittenCheck | undefined {
  const found = /^(?<host>\S+):(?<port>\d{1,5})$/.exec(text)?.groups;
  const host = found?.['host'] ?? '';
  const port = Number(found?.['port']);
  return HOST.test(host) && port >= 1 && port <= 65_535 ? { kind, host, port } : undefined;
}

function placeHint(kind: 'tcp' | 'tls', text: string): string {
  const host = HOST.test(text) && !text.startsWith('[') ? text : 'shop.example';
  return `Write e.g. \`${kind} ${host}:${kind === 'tls' ? '443' : '5432'}\`.`;
}

function readQuery(
  text: string,
  where: string,
  context: Context,
  wrong: (message: string, hint: string, start?: number, end?: number, code?: Code) => undefined,
): WrittenCheck | undefined {
  const found = /^(?<database>[^\s"]+)\s+"(?<sql>(?:[^"\\]|\\.)*)"$/s.exec(text)?.groups;
  if (found === undefined) {
    return wrong(
      `\`${where}.check\` names no database and query.`,
      'Write e.g. `query main "select count(*) from orders"`.',
    );
  }
  const database = found['database'] ?? '';
  const sql = (found['sql'] ?? '').replaceAll(/\\(["\\])/g, '$1').trim();
  if (!context.defines('databases', database)) {
    const define = `Define it: \`databases: { ${database}: { url: secret NAME } }\`.`;
    const hint = suggest(database, context.namesOf('databases')) ?? define;
    return wrong(`There is no database \`${database}\`.`, hint, 0, database.length, 'E140');
  }
  if (sql === '') return wrong('The query is empty.', 'Write e.g. `query main "select 1"`.');
  return { kind: 'query', database, sql };
}
