import type { WebhooksAnswer } from '#contract/webhooks.ts';

/** Throws `not-found` for a plan that is not there. Needs neither intake nor the telemetry store; without them less is known. */
export interface WebhookServices {
  webhooks(plan: string): Promise<WebhooksAnswer>;
}
