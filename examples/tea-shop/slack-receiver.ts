import { createHash } from 'node:crypto';
import type { ToldMessage } from './told.ts';

/** What an incoming webhook of Slack answers: plain text, `ok` or the name of what is wrong. */
export interface SlackAnswer {
  readonly status: number;
  readonly text: string;
  readonly message?: ToldMessage;
}

type Fields = Readonly<Record<string, unknown>>;

/** Slack's limits, from its reference of Block Kit. */
const BLOCKS_MAX = 50;
const HEADER_CHARACTERS_MAX = 150;
const SECTION_CHARACTERS_MAX = 3_000;
const FIELDS_MAX = 10;
const FIELD_CHARACTERS_MAX = 2_000;
const ELEMENTS_MAX = { actions: 25, context: 10 } as const;
const URL_CHARACTERS_MAX = 3_000;

/** Takes what Slack would take, and refuses by the names that Slack uses. */
export function receiveSlack(body: Fields | undefined, receivedAt: number): SlackAnswer {
  if (body === undefined || Array.isArray(body)) return { status: 400, text: 'invalid_payload' };
  const blocks = blocksOf(body);
  if (blocks === undefined) return { status: 400, text: 'invalid_blocks' };
  const text = typeof body.text === 'string' ? body.text : '';
  if (text === '' && blocks.length === 0) return { status: 400, text: 'no_text' };
  if (!blocks.every(isBlock)) return { status: 400, text: 'invalid_blocks' };
  const header = blocks.find((block) => block.type === 'header');
  const title = header === undefined ? text.split('\n', 1)[0] : textOf(header.text);
  return {
    status: 200,
    text: 'ok',
    message: {
      // Slack's webhooks know no repeats: each post is a message of its own.
      id: createHash('sha256')
        .update(`${receivedAt} ${JSON.stringify(body)}`)
        .digest('hex')
        .slice(0, 16),
      channel: 'slack',
      receivedAt,
      to: typeof body.channel === 'string' ? body.channel : '#tea-shop',
      title: title ?? '',
      text,
      body,
    },
  };
}

/** Blocks stand in the message, or in its first attachment when that gives them a colour. */
function blocksOf(body: Fields): readonly Fields[] | undefined {
  const attachments = body.attachments ?? [];
  if (!Array.isArray(attachments)) return undefined;
  const lists = [body.blocks ?? [], ...attachments.map((attachment: Fields | null) => attachment?.blocks ?? [])];
  if (!lists.every(Array.isArray)) return undefined;
  const blocks = lists.flat();
  return blocks.length <= BLOCKS_MAX ? blocks : undefined;
}

function isBlock(block: unknown): boolean {
  if (!isFields(block)) return false;
  switch (block.type) {
    case 'divider':
      return true;
    case 'header':
      return isText(block.text, HEADER_CHARACTERS_MAX) && (block.text as Fields).type === 'plain_text';
    case 'section': {
      const fields = block.fields ?? [];
      if (!Array.isArray(fields) || fields.length > FIELDS_MAX) return false;
      if (block.text === undefined && fields.length === 0) return false;
      return (
        (block.text === undefined || isText(block.text, SECTION_CHARACTERS_MAX)) &&
        fields.every((field) => isText(field, FIELD_CHARACTERS_MAX))
      );
    }
    case 'context':
      return isList(block.elements, ELEMENTS_MAX.context, (element) => isText(element, SECTION_CHARACTERS_MAX));
    case 'actions':
      return isList(block.elements, ELEMENTS_MAX.actions, isButton);
    default:
      return false;
  }
}

function isButton(element: unknown): boolean {
  if (!isFields(element) || element.type !== 'button' || !isText(element.text, 75)) return false;
  return element.url === undefined || (typeof element.url === 'string' && element.url.length <= URL_CHARACTERS_MAX);
}

function isList(value: unknown, lengthMax: number, isElement: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= lengthMax && value.every(isElement);
}

function isText(value: unknown, charactersMax: number): boolean {
  if (!isFields(value) || (value.type !== 'plain_text' && value.type !== 'mrkdwn')) return false;
  const text = value.text;
  return typeof text === 'string' && text !== '' && text.length <= charactersMax;
}

function textOf(value: unknown): string {
  return isFields(value) && typeof value.text === 'string' ? value.text : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
