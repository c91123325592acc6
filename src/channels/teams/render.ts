import { fitLines, utf8Length } from '../fit.ts';
import type { RichMessage } from '../rich-message.ts';
import { teamsLimits } from './spec.ts';

/** The body for a Teams workflow: a message with one card. Texts stand in text runs, in which Teams reads no Markdown. */
export function renderTeams(message: RichMessage): Record<string, unknown> {
  const figures = fitLines(message.figures, teamsLimits.text, utf8Length);
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      {
        type: 'Container',
        style: containerStyles[message.state],
        bleed: true,
        items: [richText([{ text: stateWords[message.state], weight: 'Bolder' }])],
      },
      richText([{ text: message.title, weight: 'Bolder', size: 'Medium' }]),
      richText([{ text: message.lead }]),
      ...figures.map((figure) => richText([{ text: figure, fontType: 'Monospace' }])),
      ...message.details.map(({ label, value }) => richText([{ text: `${label}: `, isSubtle: true }, { text: value }])),
      ...message.remarks.map((remark) => richText([{ text: remark, italic: true }])),
      richText([{ text: `Watchbill, for ${message.plan}`, isSubtle: true, size: 'Small' }]),
    ],
    ...(message.links.length === 0
      ? {}
      : { actions: message.links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })) }),
  };
  return {
    type: 'message',
    summary: message.title,
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function richText(runs: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  return { type: 'RichTextBlock', inlines: runs.map((run) => ({ type: 'TextRun', ...run })) };
}

const stateWords: Readonly<Record<RichMessage['state'], string>> = { firing: 'Firing', resolved: 'Over', test: 'Test' };

const containerStyles: Readonly<Record<RichMessage['state'], string>> = {
  firing: 'attention',
  resolved: 'good',
  test: 'emphasis',
};
