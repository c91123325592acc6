import { evidenceText, groupText, readingText } from '#core/explain-text.ts';
import { foundText, keysText } from '#core/found-text.ts';
import type { Alert, World } from '#core/model.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { requirePlan } from '../known-plan.ts';
import { readLink } from './link-token.ts';
import type { AcknowledgeLinkServices, LinkedAlert } from './services.ts';

export interface LinkServicesOptions {
  readonly core: Core;
  readonly clock: Clock;
  /** 32 secret bytes of this installation. */
  readonly key: Uint8Array;
  /** Of an alert in the app. */
  readonly alertUrl: (plan: string, alert: string) => string;
}

/** The links' view of the core. */
export function createLinkServices(options: LinkServicesOptions): AcknowledgeLinkServices {
  const { core, clock, key, alertUrl } = options;
  return {
    read: (token) => readLink(token, key, clock.now()),
    async find({ plan, alert: id, person }) {
      if (!core.plans().includes(plan)) return undefined;
      const { alert, world } = await core.explain(plan, id);
      if (alert === undefined || world === undefined || !isPartOf(world, person)) return undefined;
      return viewAlert(alert, world, person, alertUrl(plan, id));
    },
    async acknowledge({ plan, alert, person }, expectedVersion) {
      requirePlan(core, plan);
      const world = core.lastWorld(plan);
      if (world === undefined) throw new WatchbillError('not-ready', `The plan ${plan} is not loaded yet.`, plan);
      if (!isPartOf(world, person)) {
        throw new WatchbillError('not-found', `The plan ${plan} has no person "${person}" any more.`, person);
      }
      await core.acknowledge(plan, { alert, by: person, via: 'link', expectedVersion });
    },
  };
}

/** Who has left the plan has no part in its alerts any more, whatever mail they still hold. */
function isPartOf(world: World, person: string): boolean {
  return world.plan.people.some(({ name }) => name === person);
}

function viewAlert(alert: Alert, world: World, person: string, url: string): LinkedAlert {
  const { plan } = world;
  const rule = plan.rules.find(({ name }) => name === alert.rule);
  const show = (instant: Instant): string => showInstant(instant, plan.timezone);
  const { acknowledged, resolvedAt } = alert;
  return {
    plan: plan.name,
    planTitle: plan.title,
    alert: alert.key,
    rule: alert.rule,
    group: groupText(alert.group).trim(),
    severity: alert.severity,
    condition: rule?.text ?? alert.evidence.map((evidence) => evidenceText(evidence, show)).join('; '),
    readings: alert.evidence.map((evidence) => ({
      text: evidence.text,
      value:
        foundText(evidence, show) ??
        [readingText(evidence.reading, evidence.unit, evidence.against), keysText(evidence.found)]
          .filter((part) => part !== undefined)
          .join(': '),
    })),
    openedAt: formatInstant(alert.openedAt),
    openedAtShown: show(alert.openedAt),
    ...(resolvedAt === undefined ? {} : { resolvedAtShown: show(resolvedAt) }),
    ...(acknowledged === undefined ? {} : { acknowledged: { by: acknowledged.by, atShown: show(acknowledged.at) } }),
    ...(rule?.runbook === undefined ? {} : { runbook: rule.runbook }),
    url,
    person,
    version: alert.version,
  };
}

/** In the plan's zone, which is the only one that the server knows of a reader without JavaScript. */
function showInstant(instant: Instant, timezone: string): string {
  const format = { timeZone: timezone, dateStyle: 'medium', timeStyle: 'medium' } as const;
  return `${new Intl.DateTimeFormat('en-GB', format).format(instant)} ${timezone}`;
}
