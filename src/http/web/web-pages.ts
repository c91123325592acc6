import type { Context, Next } from 'hono';
import type { Random } from '#kernel/ports.ts';
import type { ApiEnvironment } from '../environment.ts';
import type { WebFile, WebFiles } from './web-files.ts';

/** Where the page holds the nonce that its style elements are let through by. */
const NONCE_PLACE = /(<meta property="csp-nonce" content=")"/;
/** A name in here that is not there is a mistake, never an address of the app. */
const NEVER_PAGES = /^\/(api|assets|healthz|readyz|a)(\/|$)/;

/**
 * What a page may do: run our scripts, ask our server, and nothing else. No markup is made from text (trusted types), and style elements
 * need the answer's nonce.
 */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Answers with a file of the web app, or for any other address with its page. What belongs to the API goes on to the API's answer. */
export function serveWebPages(web: WebFiles, random: Random) {
  return async (context: Context<ApiEnvironment>, next: Next): Promise<Response | undefined> => {
    const { path } = context.req;
    const file = web.byPath.get(path);
    if (file !== undefined) return answerFile(context, file);
    if (NEVER_PAGES.test(path)) {
      await next();
      return undefined;
    }
    const nonce = Buffer.from(random.bytes(16)).toString('base64url');
    context.header('Content-Security-Policy', policy(nonce));
    context.header('Cache-Control', 'no-store');
    return context.html(web.page.replace(NONCE_PLACE, `$1${nonce}"`));
  };
}

/** A worker obeys the policy of its own script: it may load the other parts of our code, and nothing else. */
const WORKER_POLICY = "default-src 'none'; script-src 'self'";

function answerFile(context: Context<ApiEnvironment>, file: WebFile): Response {
  context.header('Content-Type', file.type);
  if (file.type.startsWith('text/javascript')) context.header('Content-Security-Policy', WORKER_POLICY);
  context.header('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  context.header('ETag', file.etag);
  context.header('Vary', 'Accept-Encoding');
  if (context.req.header('if-none-match') === file.etag) return context.body(null, 304);
  const accepted = context.req.header('accept-encoding') ?? '';
  for (const [encoding, bytes] of [
    ['br', file.brotli],
    ['gzip', file.gzip],
  ] as const) {
    if (bytes === undefined || !accepts(accepted, encoding)) continue;
    context.header('Content-Encoding', encoding);
    return context.body(bytes);
  }
  return context.body(file.plain);
}

/** Whether a list such as `gzip, br;q=0.9` names an encoding and does not refuse it. */
function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((part) => {
    const [name, ...parameters] = part.trim().split(/\s*;\s*/);
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
