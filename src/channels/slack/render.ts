import { fitLines, fitText } from '../fit.ts';
import { linesOf, type RichMessage } from '../rich-message.ts';
import { slackLimits } from './spec.ts';

/** The payload of an incoming webhook: a line of text, and beside a bar in the colour of its state what there is to know. */
export function renderSlack(message: RichMessage): Record<string, unknown> {
  const title = fitText(message.title, slackLimits.text, escapeMrkdwn);
  const lines = linesOf(message).map(escapeMrkdwn);
  const body = fitLines(lines, slackLimits.section).join('\n');
  const buttons = message.links.map(({ label, url }, index) => ({
    type: 'button',
    text: { type: 'plain_text', text: fitText(label, slackLimits.button) },
    url,
    ...(index === 0 && label === 'Acknowledge' ? { style: 'primary' } : {}),
  }));
  return {
    text: title,
    attachments: [
      {
        color: colors[message.state],
        fallback: title,
        blocks: [
          { type: 'section', text: { type: 'mrkdwn', text: body, verbatim: true } },
          ...(buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons }]),
          {
            type: 'context',
            elements: [{ type: 'mrkdwn', text: `Watchbill, for ${escapeMrkdwn(message.plan)}`, verbatim: true }],
          },
        ],
      },
    ],
  };
}

const colors: Readonly<Record<RichMessage['state'], string>> = {
  firing: '#d92d20',
  resolved: '#17b26a',
  test: '#667085',
};

/** Slack reads `<…>` as links and mentions and `&` as the begin of a reference; bold and the like end at the invisible joiner. */
export function escapeMrkdwn(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/(^|[\s(])([*_~`])/g, '$1\u2060$2');
}
