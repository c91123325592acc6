import type { LeasedNotification } from '#core/store.ts';
import type { OutgoingMail } from '#kernel/ports.ts';
import { escapeHtml } from '../fit.ts';
import { linesOf, type RichMessage } from '../rich-message.ts';

/** What of a mail does not depend on the server that takes it. */
export type RenderedMail = Pick<OutgoingMail, 'subject' | 'text' | 'html' | 'messageId' | 'references' | 'headers'>;

/**
 * The mail of a notification. Its id is the notification's, the same on every attempt; all mails of one alert answer one id that is the
 * alert's, so that they make a thread in whatever order they come. `from` is the address, whose domain the ids are of.
 */
export function renderMail(message: RichMessage, notification: LeasedNotification, from: string): RenderedMail {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const { plan, alert, openedAt } = notification.content;
  return {
    subject: message.title,
    text: renderText(message),
    html: renderHtml(message),
    messageId: `<${idPart(notification.id)}@${domain}>`,
    references: message.state === 'test' ? [] : [`<${idPart(`${plan}.${alert}.${openedAt}`)}@${domain}>`],
    headers: {
      // Nobody's absence note answers it (RFC 3834), and people can sort by it (RFC 2919).
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': `<${idPart(plan)}.watchbill.${domain}>`,
      ...(message.urgency === 'highest' ? { Importance: 'high' } : {}),
    },
  };
}

/** Only what an id may hold without quotes. */
function idPart(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 120);
}

function renderText(message: RichMessage): string {
  const links = message.links.map(({ label, url }) => `${label}: ${url}`);
  return [message.title, '', ...linesOf(message), ...(links.length === 0 ? [] : ['', ...links]), ''].join('\n');
}

const stateWords: Readonly<Record<RichMessage['state'], string>> = { firing: 'Firing', resolved: 'Over', test: 'Test' };

/** Contrast of at least 4.5 with white, so that the word in it can be read. */
const stateColors: Readonly<Record<RichMessage['state'], string>> = {
  firing: '#b42318',
  resolved: '#146c43',
  test: '#475467',
};

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** Inline styles and a table, since that is what mail programs keep. Nothing is loaded from anywhere. */
function renderHtml(message: RichMessage): string {
  const color = stateColors[message.state];
  const figures = message.figures.map(
    (figure) => `<p style="margin:0 0 4px;font-variant-numeric:tabular-nums">${escapeHtml(figure)}</p>`,
  );
  const details = message.details.map(
    ({ label, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#475467;vertical-align:top;white-space:nowrap">${escapeHtml(label)}</td>` +
      `<td style="padding:2px 0;word-break:break-word">${escapeHtml(value)}</td></tr>`,
  );
  const links = message.links.map(({ label, url }, index) => {
    const look =
      index === 0
        ? 'background:#1d2939;color:#ffffff;border:1px solid #1d2939'
        : 'background:#ffffff;color:#1d2939;border:1px solid #98a2b3';
    return `<a href="${escapeHtml(url)}" style="display:inline-block;margin:0 8px 8px 0;padding:12px 20px;border-radius:6px;text-decoration:none;font-weight:600;${look}">${escapeHtml(label)}</a>`;
  });
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light"><meta name="supported-color-schemes" content="light">',
    `<title>${escapeHtml(message.title)}</title></head>`,
    `<body style="margin:0;padding:16px;background:#f2f4f7;color:#101828;font-size:16px;line-height:1.45;${FONT}">`,
    '<div style="max-width:600px;margin:0 auto;background:#ffffff;border:1px solid #d0d5dd;border-radius:8px;overflow:hidden">',
    `<div style="background:${color};color:#ffffff;padding:8px 20px;font-weight:700">${stateWords[message.state]}</div>`,
    '<div style="padding:20px">',
    `<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3;word-break:break-word">${escapeHtml(message.title)}</h1>`,
    `<p style="margin:0 0 12px;word-break:break-word">${escapeHtml(message.lead)}</p>`,
    ...(figures.length === 0
      ? []
      : [
          `<div style="margin:0 0 12px;padding:10px 12px;background:#f2f4f7;border-left:4px solid ${color};word-break:break-word">`,
          ...figures,
          '</div>',
        ]),
    ...(details.length === 0
      ? []
      : ['<table role="presentation" style="border-collapse:collapse;margin:0 0 16px">', ...details, '</table>']),
    ...message.remarks.map((remark) => `<p style="margin:0 0 12px">${escapeHtml(remark)}</p>`),
    ...(links.length === 0 ? [] : [`<div>${links.join('')}</div>`]),
    '</div></div>',
    `<p style="max-width:600px;margin:12px auto 0;color:#475467;font-size:13px">Watchbill, for ${escapeHtml(message.plan)}. Sent by a machine; an answer reaches nobody.</p>`,
    '</body></html>',
    '',
  ].join('\n');
}
