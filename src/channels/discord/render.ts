import type { Instant } from '#kernel/instant.ts';
import { formatInstant } from '#kernel/instant.ts';
import { fitLines, fitText } from '../fit.ts';
import { linesOf, type RichMessage } from '../rich-message.ts';
import { discordLimits } from './spec.ts';

/** The body of a webhook's execution: one embed, and nobody mentioned. */
export function renderDiscord(message: RichMessage, at: Instant): Record<string, unknown> {
  const links = message.links.map(({ label, url }) => `[${escapeMarkdown(label)}](${encodeLink(url)})`);
  const closing = links.length === 0 ? '' : `\n\n${links.join(' · ')}`;
  const lines = linesOf(message).map(escapeMarkdown);
  return {
    username: 'Watchbill',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: fitText(message.title, discordLimits.title, escapeMarkdown),
        description: `${fitLines(lines, discordLimits.description - closing.length).join('\n')}${closing}`,
        color: colors[message.state],
        footer: { text: fitText(`Watchbill, for ${message.plan}`, discordLimits.footer) },
        timestamp: formatInstant(at),
      },
    ],
  };
}

const colors: Readonly<Record<RichMessage['state'], number>> = {
  firing: 0xd92d20,
  resolved: 0x17b26a,
  test: 0x667085,
};

/** A backslash takes its meaning from any sign; a colon too, so that no link or emoji comes of a label. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_~`|<>#@[\]():-]/g, '\\$&');
}

/** A parenthesis would end the link. */
function encodeLink(url: string): string {
  return url.replace(/\(/g, '%28').replace(/\)/g, '%29');
}
