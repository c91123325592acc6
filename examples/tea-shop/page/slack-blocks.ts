import { make } from './element.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Shows a message much as Slack does: headers, sections, contexts and buttons that are links. */
export function showSlack(body: Fields): readonly HTMLElement[] {
  const attachments = list(body.attachments);
  const blocks = [...list(body.blocks), ...attachments.flatMap((attachment) => list(attachment.blocks))];
  if (blocks.length === 0) return [paragraph(String(body.text ?? ''))];
  return blocks.map(showBlock);
}

function showBlock(block: Fields): HTMLElement {
  switch (block.type) {
    case 'header':
      return make('h3', {}, [textOf(block.text)]);
    case 'divider':
      return make('hr');
    case 'context':
      return make(
        'p',
        { class: 'context' },
        list(block.elements).flatMap((element) => [...inline(textOf(element)), ' ']),
      );
    case 'actions':
      return make('p', { class: 'actions' }, list(block.elements).map(showButton));
    default:
      return make('div', {}, [
        ...(block.text === undefined ? [] : [paragraph(textOf(block.text))]),
        ...list(block.fields).map((field) => paragraph(textOf(field))),
      ]);
  }
}

function showButton(element: Fields): HTMLElement {
  const label = textOf(element.text);
  if (typeof element.url !== 'string') return make('span', {}, [label]);
  return link(element.url, label, 'button');
}

function paragraph(text: string): HTMLElement {
  return make('p', {}, inline(text));
}

/** Slack's marks: `*bold*`, `_italic_`, `` `code` ``, `<address|words>`, and three escaped characters. */
function inline(text: string): readonly (Node | string)[] {
  const mark = /\*([^*\n]+)\*|`([^`\n]+)`|<(https?:[^|>]+)(?:\|([^>]*))?>|\n/g;
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of text.matchAll(mark)) {
    parts.push(plain(text.slice(end, match.index)));
    end = match.index + match[0].length;
    const [whole, bold, code, address, words] = match;
    if (bold !== undefined) parts.push(make('strong', {}, [plain(bold)]));
    else if (code !== undefined) parts.push(make('code', {}, [plain(code)]));
    else if (address !== undefined) parts.push(link(plain(address), plain(words ?? address)));
    else if (whole === '\n') parts.push(make('br'));
  }
  parts.push(plain(text.slice(end)));
  return parts;
}

function link(address: string, words: string, look = ''): HTMLElement {
  const attributes = { href: address, target: '_blank', rel: 'noreferrer', class: look };
  // Only what a browser opens as a page; an address of another scheme would be run.
  return /^https?:\/\//.test(address) ? make('a', attributes, [words]) : make('span', {}, [words]);
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'text' in value ? String(value.text) : '';
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value : [];
}
