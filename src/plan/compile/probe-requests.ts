import { limits } from '#kernel/limits.ts';
import type { SecretOr } from '../people.ts';
import type { ProbeCheck } from '../probe.ts';
import type { BodyValue, RequestBody } from '../request-body.ts';
import type { Span } from '../text/source-file.ts';
import { childAt, entriesOf, entryAt, type MapEntry, type TextNode, type TreeNode } from '../text/tree.ts';
import { secretOr } from './channels.ts';
import type { Context } from './context.ts';
import type { WrittenCheck } from './probe-checks.ts';

/** Headers and fields that hold a credential by their name. */
const CREDENTIAL_NAME = /authorization|cookie|token|secret|api[-_]?key|passw/i;
/** The same in a form's body. */
const CREDENTIAL_FIELD = /(?:^|&)[^=&]*(?:token|secret|passw|api[-_]?key)[^=&]*=[^&<]/i;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const JSON_WORDS: ReadonlyMap<string, true | false | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads `headers`. */
export function readHeaders(
  entry: MapEntry,
  check: { readonly kind: ProbeCheck['kind'] } | undefined,
  where: string,
  context: Context,
): Readonly<Record<string, SecretOr<string>>> {
  const headers: Record<string, SecretOr<string>> = {};
  for (const { key, value } of entriesOf(childAt(entry.value, 'headers'))) {
    if (check !== undefined && check.kind !== 'http') {
      context.report.add('E171', key.span, `A ${check.kind} check sends no headers.`, 'Delete `headers`.');
      return {};
    }
    if (!HEADER_NAME.test(key.text)) {
      context.report.add(
        'E171',
        key.span,
        `\`${key.text}\` is no name of a header.`,
        'Write e.g. `Accept: text/html`.',
      );
      continue;
    }
    if (value.kind !== 'text') continue;
    const read = secretOr(value.text);
    if ('literal' in read && CREDENTIAL_NAME.test(key.text)) {
      const message = `\`${where}.headers.${key.text}\` is a secret and is not written out.`;
      context.report.add(
        'E125',
        value.span,
        message,
        `Write \`${key.text}: secret NAME\`; NAME holds the whole value.`,
      );
      continue;
    }
    headers[key.text] = read;
  }
  return headers;
}

/** Reads `body`; undefined when there is none, or with what is wrong said. */
export function readBody(
  entry: MapEntry,
  check: WrittenCheck | undefined,
  where: string,
  context: Context,
): RequestBody | undefined {
  const written = entryAt(entry.value, 'body');
  if (written === undefined) return undefined;
  const { key, value } = written;
  if (check !== undefined && !(check.kind === 'http' && check.method === 'POST')) {
    const what = check.kind === 'http' ? `A ${check.method}` : `A ${check.kind} check`;
    context.report.add('E171', key.span, `${what} sends no body.`, 'Write `check: POST URL`, or delete `body`.');
    return undefined;
  }
  if (value.kind === 'empty') return undefined;
  const body = value.kind === 'text' ? textBody(value, where, context) : jsonBody(value, where, context);
  if (body === undefined || JSON.stringify(body).length <= limits.probeRequestCharacters) return body;
  const message = `\`${where}.body\` has more than ${limits.probeRequestCharacters} characters.`;
  context.report.add('E171', key.span, message, 'Send less.');
  return undefined;
}

function textBody(node: TextNode, where: string, context: Context): RequestBody | undefined {
  const text = secretOr(node.text);
  if ('secret' in text) return { kind: 'text', text };
  if (!CREDENTIAL_FIELD.test(node.text)) return { kind: 'text', text: { literal: node.text } };
  refuseLiteral(
    `${where}.body`,
    node.span,
    'Send it as a header, or write `body: secret NAME`; NAME holds the whole body.',
    context,
  );
  return undefined;
}

function jsonBody(node: TreeNode, where: string, context: Context): RequestBody | undefined {
  const value = jsonValue(node, `${where}.body`, context);
  return value === undefined ? undefined : { kind: 'json', value };
}

/** Undefined with what is wrong said, or for a value that was taken out as a finding before. */
function jsonValue(node: TreeNode, where: string, context: Context): BodyValue | undefined {
  switch (node.kind) {
    case 'empty':
      return node.hole === true ? undefined : { literal: null };
    case 'text':
      return scalar(node);
    case 'list': {
      const list = node.items.map((item, index) => jsonValue(item, `${where}.${index}`, context));
      const sound = list.filter((value) => value !== undefined);
      return sound.length === list.length ? { list: sound } : undefined;
    }
    case 'map': {
      const object = node.entries.map(({ key, value }) => {
        const read = jsonValue(value, `${where}.${key.text}`, context);
        const isShown = read !== undefined && 'literal' in read && typeof read.literal === 'string';
        if (!isShown || !CREDENTIAL_NAME.test(key.text)) return [key.text, read] as const;
        refuseLiteral(`${where}.${key.text}`, value.span, `Write \`${key.text}: secret NAME\`.`, context);
        return [key.text, undefined] as const;
      });
      const sound = object.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
      return sound.length === object.length ? { object: sound } : undefined;
    }
  }
}

/** As YAML means it: without quotation marks a number is one, and so are `true`, `false` and `null`. */
function scalar({ text, style }: TextNode): BodyValue {
  if (style !== 'plain') return { literal: text };
  const word = JSON_WORDS.get(text);
  if (word !== undefined) return { literal: word };
  return JSON_NUMBER.test(text) ? { literal: Number(text) } : secretOr(text);
}

function refuseLiteral(where: string, place: Span, hint: string, context: Context): void {
  context.report.add('E125', place, `\`${where}\` is a secret and is not written out.`, hint);
}
