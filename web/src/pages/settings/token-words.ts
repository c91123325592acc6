import type { ApiTokenAnswer } from '#contract/tokens.ts';

/** Whether a token opens anything still. */
export function isGood({ revokedAt, expiresAt }: ApiTokenAnswer, now: number): boolean {
  return revokedAt === undefined && (expiresAt === undefined || Date.parse(expiresAt) > now);
}

const DAY = 24 * 3_600_000;

/** How long a new token may last; it is the reader who says that it has no end. */
export const tokenLives: readonly {
  readonly value: string;
  readonly label: string;
  readonly ms: number | undefined;
}[] = [
  { value: '30', label: '30 days', ms: 30 * DAY },
  { value: '90', label: '90 days', ms: 90 * DAY },
  { value: '365', label: 'a year', ms: 365 * DAY },
  { value: '', label: 'no end', ms: undefined },
];

/** A line for a shell that works with the token: of one plan it asks how that stands, else for all plans. */
export function curlLine(origin: string, token: string, plan: string | undefined): string {
  const path = plan === undefined ? '/api/plans' : `/api/plans/${encodeURIComponent(plan)}/overview`;
  return `curl -H "Authorization: Bearer ${token}" ${origin}${path}`;
}
