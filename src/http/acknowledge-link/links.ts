import { hkdfSync } from 'node:crypto';
import type { Instant } from '#kernel/instant.ts';
import { LINK_LIFETIME_MS, signLink } from './link-token.ts';

/** The links that messages carry, and the key that they are signed with. */
export interface Links {
  /** 32 secret bytes, derived from the installation's secret for this one use. */
  readonly key: Uint8Array;
  /** Of an alert in the app. */
  alertUrl(plan: string, alert: string): string;
  /** By which a person may acknowledge an alert without signing in; `at` is when the message was made, so that a retry has the same link. */
  acknowledgeUrl(plan: string, alert: string, person: string, at: Instant): string;
}

/** The links of a server that browsers reach at `publicUrl` (without a slash at its end). */
export function createLinks(publicUrl: string, installationSecret: string): Links {
  const key = new Uint8Array(hkdfSync('sha256', installationSecret, '', 'watchbill acknowledge link', 32));
  return {
    key,
    alertUrl: (plan, alert) => `${publicUrl}/plans/${encodeURIComponent(plan)}/alerts/${encodeURIComponent(alert)}`,
    acknowledgeUrl: (plan, alert, person, at) =>
      `${publicUrl}/a/${signLink({ plan, alert, person, expiresAt: at + LINK_LIFETIME_MS }, key)}`,
  };
}
