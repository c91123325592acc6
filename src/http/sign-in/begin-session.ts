import type { SessionAnswer } from '#contract/session.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { AuditDetail } from '../audit/audited.ts';
import type { SignInPlace } from './accounts.ts';
import { sessionCookie } from './cookie.ts';
import type { BegunSession } from './services.ts';

/** Long enough for every browser there is. */
const USER_AGENT_CHARACTERS = 300;

interface SessionInput {
  readonly address: string;
  readonly header: (name: string) => string | undefined;
  readonly setHeader: (name: string, value: string) => void;
  readonly note: (detail: AuditDetail) => void;
}

/** Begins a session from where the request comes, and puts its token into the cookie: the answer itself does not have it. */
export async function beginSession(
  input: SessionInput,
  begin: (place: SignInPlace) => Promise<BegunSession>,
): Promise<SessionAnswer> {
  requireSecureOrigin(input.header('origin'));
  const userAgent = (input.header('user-agent') ?? '').slice(0, USER_AGENT_CHARACTERS);
  const { token, session } = await begin({ address: input.address, userAgent });
  if (session.email !== undefined) input.note({ object: session.email });
  input.setHeader('Set-Cookie', sessionCookie(token));
  return session;
}

/** A browser would drop the cookie without a word, and the person would be asked for the password for ever. */
function requireSecureOrigin(origin: string | undefined): void {
  if (origin === undefined || !URL.canParse(origin)) return;
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost')) return;
  if (/^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === '[::1]') return;
  throw new WatchbillError('https-needed', `Browsers keep no session for ${origin}, which is not encrypted.`, 'Origin');
}
