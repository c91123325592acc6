import type { Evidence } from '#core/model.ts';
import type { LeasedNotification } from '#core/store.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { ChannelContext } from '../channel.ts';
import { clip, describeNotification, readGroup } from '../message.ts';
import { describeRichly, linesOf } from '../rich-message.ts';
import { webhookSpec } from './spec.ts';

/** The JSON body, the same on every attempt, so that a receiver may compare. Values are in base units; `text` has them for people. */
export function renderWebhook(
  notification: LeasedNotification,
  context: Pick<ChannelContext, 'links' | 'test'>,
): string {
  const { content } = notification;
  if (context.test !== undefined) {
    const { title, ...test } = describeRichly(notification, context, webhookSpec);
    return JSON.stringify({
      type: 'channel.test',
      timestamp: formatInstant(notification.createdAt),
      data: { plan: content.plan, title, text: linesOf({ title, ...test }).join('\n') },
    });
  }
  const message = describeNotification(content);
  return JSON.stringify({
    type: eventTypes[content.step],
    timestamp: formatInstant(notification.createdAt),
    data: {
      plan: content.plan,
      alert: content.alert,
      rule: content.rule,
      group: readGroup(content.group) ?? [clip(content.group, limits.messageLabelCharacters)],
      severity: content.severity,
      state: content.state,
      condition: clip(content.condition, limits.messageLineCharacters),
      openedAt: formatInstant(content.openedAt),
      ...(content.resolvedAt === undefined ? {} : { resolvedAt: formatInstant(content.resolvedAt) }),
      cycle: notification.identity.cycle,
      readings: content.evidence.slice(0, limits.messageReadings).map(renderEvidence),
      ...(content.runbook === undefined ? {} : { runbook: clip(content.runbook, limits.messageLineCharacters) }),
      ...(context.links === undefined ? {} : { url: context.links.alert }),
      title: message.title,
      text: message.text,
    },
  });
}

const eventTypes = {
  fired: 'alert.firing',
  repeated: 'alert.repeated',
  flapping: 'alert.flapping',
  resolved: 'alert.resolved',
} as const;

function renderEvidence(evidence: Evidence): Record<string, unknown> {
  const { reading } = evidence;
  return {
    test: clip(evidence.text, limits.messageLineCharacters),
    truth: evidence.truth,
    state: reading.state,
    ...(reading.state === 'no data' ? { reason: reading.reason } : { value: reading.value }),
    unit: evidence.unit,
    sampleSize: reading.sampleSize,
    threshold: evidence.against,
    at: formatInstant(reading.at),
  };
}
