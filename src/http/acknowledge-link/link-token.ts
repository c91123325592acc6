import { createHmac, timingSafeEqual } from 'node:crypto';
import { DAY_MS, type Instant } from '#kernel/instant.ts';

/** For this long after its message a link acts; an alert that is older is looked at in the app. */
export const LINK_LIFETIME_MS = 7 * DAY_MS;

/** What a link stands for: this person may acknowledge this alert, and nothing else. */
export interface LinkGrant {
  readonly plan: string;
  readonly alert: string;
  readonly person: string;
  readonly expiresAt: Instant;
}

export type ReadLink =
  | { readonly state: 'valid'; readonly grant: LinkGrant }
  | { readonly state: 'expired'; readonly grant: LinkGrant }
  | { readonly state: 'forged' };

/**
 * Signs what a link grants: the grant as JSON and its HMAC-SHA-256, both base64url, with a dot between. Nothing is stored, so the same
 * message sent again has the same link.
 */
export function signLink(grant: LinkGrant, key: Uint8Array): string {
  const { plan, alert, person, expiresAt } = grant;
  const text = Buffer.from(JSON.stringify([plan, alert, person, expiresAt])).toString('base64url');
  return `${text}.${mac(text, key)}`;
}

/** Reads a link that somebody opened at `now`. */
export function readLink(token: string, key: Uint8Array, now: Instant): ReadLink {
  const [text = '', given = ''] = token.split('.', 2);
  const expected = Buffer.from(mac(text, key));
  const shown = Buffer.from(given);
  if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return { state: 'forged' };
  const [plan, alert, person, expiresAt] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
    string,
    string,
    string,
    Instant,
  ];
  const grant = { plan, alert, person, expiresAt };
  return now < expiresAt ? { state: 'valid', grant } : { state: 'expired', grant };
}

function mac(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(`acknowledge ${text}`).digest('base64url');
}
