import type { WebhookAnswer } from '#contract/webhooks.ts';
import type { Core } from '#engine/core-process.ts';
import type { WebhookData } from '#intake/link.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Webhook } from '#plan/webhook.ts';
import { lastByWebhook } from '#storage/clickhouse/deployments.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { viewRejection } from '../data/data-view.ts';
import { requirePlan } from '../known-plan.ts';
import type { ResolveSecret } from '../missing-secrets.ts';
import type { WebhookServices } from './services.ts';

const LOOKED_BACK_MS = 30 * DAY_MS;

export interface WebhookServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld' | 'link'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
  readonly resolveSecret: ResolveSecret;
  /** Where senders reach intake. */
  readonly intakeUrl: string;
}

/** The webhooks of the plan in force, with what intake counted and when the telemetry store saw the last. */
export function createWebhookServices(options: WebhookServicesOptions): WebhookServices {
  const { core, askTelemetry, clock, resolveSecret, intakeUrl } = options;

  /** Of 30 days; nothing when the store does not answer, since the rest of the answer does not need it. */
  async function lastOf(plan: string, webhooks: readonly Webhook[]): Promise<ReadonlyMap<string, Instant>> {
    const now = clock.now();
    const events = [...new Set(webhooks.map(eventOf))];
    const query = { plan, events, from: now - LOOKED_BACK_MS, to: now + limits.futureMs };
    try {
      return await askTelemetry((client, signal) => lastByWebhook(client, query, signal));
    } catch (caught) {
      if (caught instanceof WatchbillError && caught.code === 'telemetry-away') return new Map();
      throw caught;
    }
  }

  return {
    async webhooks(plan) {
      requirePlan(core, plan);
      const compiled = core.lastWorld(plan)?.plan;
      const webhooks = compiled?.webhooks ?? [];
      if (compiled === undefined || webhooks.length === 0) return { webhooks: [] };
      const [data, last] = await Promise.all([core.link.data(plan), lastOf(plan, webhooks)]);
      const counted = new Map((data?.webhooks ?? []).map((one) => [one.name, one]));
      return {
        ...(data === undefined ? {} : { since: formatInstant(data.since) }),
        webhooks: await Promise.all(
          webhooks.map(async (webhook): Promise<WebhookAnswer> => {
            const { name, kind, secret } = webhook;
            const seen = counted.get(name);
            const lastAt = Math.max(seen?.lastAt ?? 0, last.get(name) ?? 0);
            return {
              name,
              kind,
              url: `${intakeUrl}/v1/webhooks/${encodeURIComponent(plan)}/${encodeURIComponent(name)}`,
              proof: proofOf(webhook),
              secret,
              secretSet: (await resolveSecret(secret)) !== undefined,
              event: eventOf(webhook),
              sources: sourcesOf(compiled, webhook),
              ...(lastAt === 0 ? {} : { lastAt: formatInstant(lastAt) }),
              requests: seen?.requests ?? 0,
              duplicates: seen?.duplicates ?? 0,
              refusals: refusalsOf(seen),
            };
          }),
        ),
      };
    },
  };
}

function eventOf(webhook: Webhook): string {
  return webhook.kind === 'json' ? webhook.event : `webhook ${webhook.name}`;
}

/** Deployments that a webhook tells of are read by their own source. */
function sourcesOf(plan: CompiledPlan, webhook: Webhook): string[] {
  const event = eventOf(webhook);
  return Object.values(plan.sources)
    .filter((source) => source.event === event)
    .map(({ name }) => name);
}

function proofOf(webhook: Webhook): string {
  switch (webhook.kind) {
    case 'stripe':
      return 'Stripe-Signature';
    case 'github':
      return 'X-Hub-Signature-256';
    case 'vercel':
      return 'x-vercel-signature';
    case 'json':
      if (webhook.proof.kind === 'hmac') return `${webhook.proof.header} (HMAC-${webhook.proof.hash.toUpperCase()})`;
      return webhook.proof.kind === 'token' ? 'Authorization: Bearer' : 'webhook-signature (Standard Webhooks)';
  }
}

function refusalsOf(seen: WebhookData | undefined): WebhookAnswer['refusals'] {
  return [...(seen?.refusals ?? [])].sort((left, right) => right.count - left.count).map(viewRejection);
}
