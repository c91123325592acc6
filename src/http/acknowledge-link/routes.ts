import { type Context, Hono } from 'hono';
import { errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import type { Audited } from '../audit/audited.ts';
import type { ApiEnvironment } from '../environment.ts';
import { LINK_STYLE_PATH, type LinkPage, linkStyle, renderLinkPage } from './page.ts';
import type { AcknowledgeLinkServices, LinkedAlert } from './services.ts';

/** Works for the page alone: no script, no image, and forms only back to us. */
const POLICY =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

/**
 * Signed links out of messages. The link itself is the credential, for one alert and one person; a GET only shows, since mail scanners
 * and previews open every link, and a POST acts.
 */
export function acknowledgeLinkRoutes(services: AcknowledgeLinkServices, audited: Audited): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.use('/a/*', async (context, next) => {
    await next();
    context.header('Content-Security-Policy', POLICY);
    context.header('Cache-Control', 'no-store');
    context.header('Referrer-Policy', 'no-referrer');
  });
  routes.get(LINK_STYLE_PATH, (context) => context.body(linkStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  routes.get('/a/:token', async (context) => {
    const { page, status } = await open(services, context.req.param('token'), context.req.path, false);
    return context.html(renderLinkPage(page), status);
  });
  routes.post('/a/:token', async (context) => {
    const token = context.req.param('token');
    const read = services.read(token);
    const version = read.state === 'valid' ? await versionIn(context) : Number.NaN;
    if (read.state === 'valid' && Number.isSafeInteger(version)) {
      const { plan, alert, person } = read.grant;
      const event = {
        actor: { kind: 'link', name: person },
        action: 'POST /a/{token}',
        ...{ plan, object: alert },
        address: context.get('address'),
        requestId: context.get('requestId'),
      } as const;
      // Whoever was woken does not wait for the audit log.
      const act = () => services.acknowledge(read.grant, version);
      const conflict = await isRefused(audited.command(event, true, act));
      const { page, status } = await open(services, token, context.req.path, conflict);
      const done = !conflict && page.kind === 'acknowledged' ? { ...page, now: true } : page;
      return context.html(renderLinkPage(done), conflict && status === 200 ? 409 : status);
    }
    const { page, status } = await open(services, token, context.req.path, false);
    return context.html(renderLinkPage(page), status === 200 ? 400 : status);
  });
  return routes;
}

/** The version that the form says was seen; no number when there is none, or the body is no form. */
async function versionIn(context: Context<ApiEnvironment>): Promise<number> {
  const form: Readonly<Record<string, unknown>> = await context.req.parseBody().catch(() => ({}));
  return Number(form['version']);
}

/** Whether somebody or something was faster, or what it was about is gone: how it is now, the page says. */
async function isRefused(acknowledgement: Promise<void>): Promise<boolean> {
  try {
    await acknowledgement;
    return false;
  } catch (caught) {
    if (caught instanceof WatchbillError && [404, 409].includes(errorCodes[caught.code].status)) return true;
    throw caught;
  }
}

async function open(
  services: AcknowledgeLinkServices,
  token: string,
  action: string,
  changed: boolean,
): Promise<{ readonly page: LinkPage; readonly status: 200 | 404 | 410 }> {
  const read = services.read(token);
  if (read.state === 'forged') {
    const text = 'The link is not whole. Open it again from the message, or sign in and look under Alerts.';
    return { page: { kind: 'refused', title: 'This link is not valid', text }, status: 404 };
  }
  if (read.state === 'expired') {
    const text = `It was for ${read.grant.alert} and has run out. Sign in and look under Alerts.`;
    return { page: { kind: 'refused', title: 'This link has expired', text }, status: 410 };
  }
  const alert = await services.find(read.grant);
  if (alert === undefined) {
    const text = `The alert ${read.grant.alert}, its plan or your part in it is not there any more.`;
    return { page: { kind: 'refused', title: 'There is nothing to acknowledge', text }, status: 404 };
  }
  return { page: pageOf(alert, action, changed), status: 200 };
}

function pageOf(alert: LinkedAlert, action: string, changed: boolean): LinkPage {
  if (alert.resolvedAtShown !== undefined) return { kind: 'resolved', alert };
  if (alert.acknowledged !== undefined) return { kind: 'acknowledged', alert, now: false };
  return { kind: 'open', alert, action, changed };
}
