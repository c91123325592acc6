import type { LiveAlert, LivePlan } from '#contract/live.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import type { ServicesAnswer } from '#contract/services.ts';
import { type CheckNeed, checkNeeds } from './check-needs.ts';
import { orderAlerts } from './order-alerts.ts';
import { type AskedLines, type ReviewNeed, reviewNeeds } from './review-needs.ts';

/** Something that waits for a person. */
export type Need =
  | { readonly kind: 'acknowledge'; readonly alert: LiveAlert; readonly answerBy: number | undefined }
  | { readonly kind: 'failed-messages' | 'waiting-messages'; readonly count: number }
  | CheckNeed
  | ReviewNeed
  | { readonly kind: 'launch'; readonly version: number };

/** What waits for somebody, the most pressing first. */
export function needs(
  overview: Pick<OverviewAnswer, 'severities' | 'launch' | 'version' | 'people'>,
  plan: LivePlan | undefined,
  alerts: readonly LiveAlert[],
  services?: ServicesAnswer,
  asked?: AskedLines,
): readonly Need[] {
  const respond = new Map(overview.severities.map(({ name, respondMs }) => [name, respondMs]));
  const unanswered = orderAlerts(
    alerts,
    overview.severities.map(({ name }) => name),
  )
    .filter((alert) => isUnanswered(alert) && alert.needsDown === undefined)
    .map((alert): Need => {
      const respondMs = respond.get(alert.severity);
      const opened = Date.parse(alert.openedAt ?? alert.since);
      return { kind: 'acknowledge', alert, answerBy: respondMs === undefined ? undefined : opened + respondMs };
    });
  const failed = plan?.notifications.failed ?? 0;
  const waiting = plan?.notifications.retry_at ?? 0;
  return [
    ...unanswered,
    ...(failed > 0 ? [{ kind: 'failed-messages', count: failed } as const] : []),
    ...(waiting > 0 ? [{ kind: 'waiting-messages', count: waiting } as const] : []),
    ...(services === undefined ? [] : checkNeeds(services, alerts)),
    ...(asked === undefined ? [] : reviewNeeds(asked, overview.people.find(({ you }) => you === true)?.name, alerts)),
    ...(overview.launch.state === 'awaited' ? [{ kind: 'launch', version: overview.version } as const] : []),
  ];
}

/** Alerts of which nobody was told, by the service that their own ones need and that is down: its alert is the one to see to. */
export function quietAlerts(
  alerts: readonly LiveAlert[],
): readonly { readonly service: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const alert of alerts) {
    if (alert.needsDown === undefined || !isUnanswered(alert)) continue;
    counts.set(alert.needsDown, (counts.get(alert.needsDown) ?? 0) + 1);
  }
  return [...counts].map(([service, count]) => ({ service, count }));
}

function isUnanswered({ alert, state, acknowledged }: LiveAlert): boolean {
  return alert !== undefined && state === 'firing' && acknowledged === undefined;
}
