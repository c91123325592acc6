export type WebhookKind = 'stripe' | 'github' | 'vercel' | 'json';

/** Who may post, and the settings that each has beside `kind`. */
export const WEBHOOK_KINDS: Readonly<Record<WebhookKind, readonly string[]>> = {
  stripe: ['secret'],
  github: ['secret', 'service', 'workflow'],
  vercel: ['secret', 'service'],
  json: ['secret', 'signature', 'token', 'event', 'id', 'time', 'user', 'duration', 'value', 'fields'],
};

/** The settings of a kind; those of all for one that is not known. */
export function webhookSettings(kind: string): readonly string[] {
  return Object.hasOwn(WEBHOOK_KINDS, kind)
    ? WEBHOOK_KINDS[kind as WebhookKind]
    : [...new Set(Object.values(WEBHOOK_KINDS).flat())];
}

/** The name of the events of a webhook, unless its line gives another. */
export function webhookEvent(name: string): string {
  return `webhook ${name}`;
}
