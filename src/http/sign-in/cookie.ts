import { limits } from '#kernel/limits.ts';

/** On http on localhost as well as on https: browsers treat both as secure. */
export const SESSION_COOKIE = '__Host-watchbill-session';

/** A token of ours, as it can stand in a cookie. */
const TOKEN = /^[A-Za-z0-9_-]{20,200}$/;

/** Sets the cookie, or takes it away. Its life is the longest that a session has: the server decides when it ends. */
export function sessionCookie(token: string | undefined): string {
  const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';
  if (token === undefined) return `${SESSION_COOKIE}=; ${attributes}; Max-Age=0`;
  return `${SESSION_COOKIE}=${token}; ${attributes}; Max-Age=${limits.sessionLongestMs / 1_000}`;
}

/** The token in a `Cookie` header; undefined when it has none, or one that is none of ours. */
export function readSessionCookie(header: string | undefined): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === SESSION_COOKIE) return TOKEN.test(value) ? value : undefined;
  }
  return undefined;
}
