import { html } from 'hono/html';
import type { LinkedAlert } from './services.ts';

type Html = ReturnType<typeof html>;

/** What the link's page says. Everything but `open` has nothing to press. */
export type LinkPage =
  | { readonly kind: 'open'; readonly alert: LinkedAlert; readonly action: string; readonly changed: boolean }
  | { readonly kind: 'acknowledged'; readonly alert: LinkedAlert; readonly now: boolean }
  | { readonly kind: 'resolved'; readonly alert: LinkedAlert }
  | { readonly kind: 'refused'; readonly title: string; readonly text: string };

/** Where the page's style is served: a page without inline style needs no exception from the content security policy. */
export const LINK_STYLE_PATH = '/a/style.css';

/** The page as HTML. It works without JavaScript, on a phone, with one thumb; `html` escapes every value. */
export function renderLinkPage(page: LinkPage): Html {
  const title = page.kind === 'refused' ? page.title : `${page.alert.alert} ${page.alert.rule}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Watchbill</title>
        <link rel="stylesheet" href="${LINK_STYLE_PATH}" />
      </head>
      <body>
        <main>${page.kind === 'refused' ? refusal(page.title, page.text) : alertParts(page)}</main>
      </body>
    </html>`;
}

function refusal(title: string, text: string): Html {
  return html`<h1>${title}</h1>
    <p>${text}</p>`;
}

function alertParts(page: Exclude<LinkPage, { kind: 'refused' }>): Html {
  const { alert } = page;
  return html`<p class="plan">${alert.planTitle}</p>
    <h1>${alert.rule}${alert.group === '' ? '' : html` <span class="group">${alert.group}</span>`}</h1>
    ${stateLine(page)}
    <dl>
      <dt>Severity</dt>
      <dd>${alert.severity}</dd>
      <dt>Condition</dt>
      <dd>${alert.condition}</dd>
      ${alert.readings.map(
        ({ text, value }) =>
          html`<dt>${text}</dt>
            <dd>${value}</dd>`,
      )}
      <dt>Firing since</dt>
      <dd><time datetime="${alert.openedAt}">${alert.openedAtShown}</time></dd>
      ${
        alert.runbook === undefined
          ? ''
          : html`<dt>Runbook</dt>
              <dd>${alert.runbook}</dd>`
      }
    </dl>
    ${page.kind === 'open' ? form(page.alert, page.action) : ''}
    <p><a href="${alert.url}">Open ${alert.alert} in Watchbill</a></p>`;
}

function stateLine(page: Exclude<LinkPage, { kind: 'refused' }>): Html {
  switch (page.kind) {
    case 'open':
      return html`<p class="state firing" role="status">
        ▲ Firing${page.changed ? '. It has changed since you opened this page; look again before you acknowledge.' : ''}
      </p>`;
    case 'acknowledged':
      return html`<p class="state acknowledged" role="status">
        ✓ Acknowledged by ${page.alert.acknowledged?.by ?? ''}, ${page.alert.acknowledged?.atShown ?? ''}.
        ${page.now ? 'It will not be repeated; you are told when it ends.' : ''}
      </p>`;
    case 'resolved':
      return html`<p class="state resolved" role="status">
        ● Resolved ${page.alert.resolvedAtShown ?? ''}. There is nothing to do.
      </p>`;
  }
}

function form(alert: LinkedAlert, action: string): Html {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="version" value="${String(alert.version)}" />
    <button type="submit">Acknowledge as ${alert.person}</button>
  </form>`;
}

/** One column, touch targets of at least 44 px, dark and light. */
export const linkStyle = `
:root { color-scheme: light dark; --ink: #1a1d21; --dim: #57606a; --ground: #ffffff; --line: #d5dae0; --red: #b3261e; --green: #1a6e3c; --accent: #1f2933; --on-accent: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --dim: #a3abb5; --ground: #14171a; --line: #343a41; --red: #ff8a80; --green: #74d99f; --accent: #e8eaed; --on-accent: #14171a; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
main { max-width: 34rem; margin: 0 auto; padding: 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
.plan { margin: 0; color: var(--dim); }
.group { color: var(--dim); font-weight: 400; }
.state { font-weight: 600; margin: 0 0 1rem; }
.firing { color: var(--red); }
.acknowledged, .resolved { color: var(--green); }
dl { margin: 0 0 1.25rem; border-top: 1px solid var(--line); }
dt { color: var(--dim); font-size: .875rem; padding-top: .6rem; overflow-wrap: anywhere; }
dd { margin: 0; padding-bottom: .6rem; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
button { width: 100%; min-height: 3.5rem; font: inherit; font-weight: 600; border: 0; border-radius: .5rem; color: var(--on-accent); background: var(--accent); cursor: pointer; }
a { color: inherit; display: inline-block; min-height: 44px; line-height: 44px; }
:focus-visible { outline: 3px solid #7c5cff; outline-offset: 2px; }
`;
