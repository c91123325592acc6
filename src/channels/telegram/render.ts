import { escapeHtml, fitLines, fitText } from '../fit.ts';
import { linesOf, type RichMessage } from '../rich-message.ts';
import { telegramLimits } from './spec.ts';

/** What `sendMessage` takes. The title is bold; all else is text, with references for what HTML would read. */
export function renderTelegram(message: RichMessage, chat: string): Record<string, unknown> {
  const title = `<b>${fitText(message.title, telegramLimits.title, escapeHtml)}</b>`;
  const buttons = message.links.filter(({ url }) => isPublic(url));
  // Telegram refuses a message with a button that leads to no public name; such a link stands in the text.
  const links = message.links
    .filter(({ url }) => !isPublic(url))
    .map(({ label, url }) => `${escapeHtml(label)}: ${escapeHtml(url)}`);
  const closing = links.length === 0 ? '' : `\n${links.join('\n')}`;
  const room = telegramLimits.text - title.length - closing.length;
  const lines = fitLines(linesOf(message).map(escapeHtml), room);
  return {
    chat_id: chat,
    text: `${title}\n${lines.join('\n')}${closing}`,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    ...(message.urgency === 'normal' ? { disable_notification: message.state === 'resolved' } : {}),
    ...(buttons.length === 0
      ? {}
      : { reply_markup: { inline_keyboard: buttons.map(({ label, url }) => [{ text: label, url }]) } }),
  };
}

/** Whether the host of a URL is a name with a dot that no local network owns. */
function isPublic(url: string): boolean {
  const host = /^https?:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return /\.[a-z][a-z0-9-]*$/.test(host) && !/\.(?:local|localhost|internal|lan|test|invalid)$/.test(host);
}
