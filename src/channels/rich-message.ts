import type { NotificationContent } from '#core/notification.ts';
import type { LeasedNotification } from '#core/store.ts';
import { formatDuration, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { ChannelContext, ChannelSpec } from './channel.ts';
import { clip, describeEvidence, describeNotification, describeReading, readGroup } from './message.ts';
import { plainMessage } from './plain-message.ts';

/** A message taken apart, for channels that can show more than a text. All of it is well-formed, without control characters, and cut. */
export interface RichMessage {
  readonly state: 'firing' | 'resolved' | 'test';
  /** How loud it has to be. */
  readonly urgency: 'highest' | 'high' | 'normal';
  readonly title: string;
  /** The condition in the author's words, or what else there is to say first. */
  readonly lead: string;
  /** The readings against their thresholds, a line each. */
  readonly figures: readonly string[];
  /** Where, since when, how often. */
  readonly details: readonly { readonly label: string; readonly value: string }[];
  readonly remarks: readonly string[];
  /** The most wanted first. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Name and zone that a reader sees in the footer. */
  readonly plan: string;
}

/** Longer ones are no links that a person was meant to follow, and some provider refuses each of them. */
const LINK_CHARACTERS = 1_000;

/** What a channel says of a notification. A text that cannot be made must not hold the page up: then it is the plain facts. */
export function describeRichly(
  notification: LeasedNotification,
  context: Pick<ChannelContext, 'links' | 'severityRank' | 'timezone' | 'test'>,
  spec: Pick<ChannelSpec, 'kind' | 'title' | 'deduplication'>,
): RichMessage {
  if (context.test !== undefined) return describeTest(notification, context.test.by, spec);
  const { content } = notification;
  const base = {
    state: content.state,
    urgency: content.state === 'firing' ? urgencyOf(context.severityRank) : 'normal',
    remarks: notification.mayRepeat && spec.deduplication === 'none' ? ['You may have had this message already.'] : [],
    plan: clip(content.planTitle, limits.messageLabelCharacters),
  } as const;
  try {
    return {
      ...base,
      title: describeNotification(content).title,
      lead: clip(content.condition, limits.messageLineCharacters),
      figures: content.evidence
        .slice(0, limits.messageReadings)
        // The lead has said already what is compared.
        .map((evidence) => (evidence.text === content.condition ? describeReading : describeEvidence)(evidence))
        .map((figure) => clip(figure, limits.messageLineCharacters)),
      details: detailsOf(content, context.timezone ?? 'UTC'),
      links: linksOf(content, context.links),
    };
  } catch {
    const { title } = plainMessage(notification);
    return { ...base, title, lead: title, figures: [], details: [], links: linksOf(content, context.links) };
  }
}

/** All of it as lines of plain text, the title left out. */
export function linesOf(message: RichMessage): readonly string[] {
  return [
    message.lead,
    ...message.figures,
    ...message.details.map(({ label, value }) => `${label}: ${value}`),
    ...message.remarks,
  ];
}

/** An instant in a zone as people read it, e.g. `2026-03-02 09:26:40 Europe/Berlin`. */
export function formatLocal(instant: Instant, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone).toPlainDateTime();
  return `${local.toString({ smallestUnit: 'second' }).replace('T', ' ')} ${timezone}`;
}

function urgencyOf(rank: number | undefined): RichMessage['urgency'] {
  if (rank === 0) return 'highest';
  return rank === undefined || rank === 1 ? 'high' : 'normal';
}

function detailsOf(content: NotificationContent, timezone: string): RichMessage['details'] {
  const group = readGroup(content.group);
  const details = [
    { label: 'Rule', value: content.rule },
    { label: 'Severity', value: content.severity },
    ...(group !== undefined && group.length === 0
      ? []
      : [{ label: 'Group', value: group === undefined ? content.group : group.join(', ') }]),
    { label: 'Since', value: formatLocal(content.openedAt, timezone) },
    ...(content.resolvedAt === undefined
      ? []
      : [
          { label: 'Until', value: formatLocal(content.resolvedAt, timezone) },
          { label: 'Lasted', value: formatDuration(content.resolvedAt - content.openedAt) },
        ]),
    ...(content.runbook === undefined || isLink(content.runbook) ? [] : [{ label: 'Runbook', value: content.runbook }]),
    ...(content.state === 'firing' && content.repeatMs > 0
      ? [{ label: 'Told again', value: `every ${formatDuration(content.repeatMs)} while it lasts` }]
      : []),
  ];
  return details.map(({ label, value }) => ({ label, value: clip(value, limits.messageLineCharacters) }));
}

function linksOf(content: NotificationContent, links: ChannelContext['links']): RichMessage['links'] {
  const acknowledge = content.state === 'firing' ? links?.acknowledge : undefined;
  return [
    ...(acknowledge === undefined ? [] : [{ label: 'Acknowledge', url: acknowledge }]),
    ...(links === undefined ? [] : [{ label: 'Open the alert', url: links.alert }]),
    ...(content.runbook === undefined ? [] : [{ label: 'Runbook', url: content.runbook }]),
  ].filter(({ url }) => isLink(url));
}

function isLink(url: string): boolean {
  return /^https?:\/\/[^\s"<>\\]+$/i.test(url) && url.length <= LINK_CHARACTERS && url.isWellFormed();
}

function describeTest(
  notification: LeasedNotification,
  by: string,
  spec: Pick<ChannelSpec, 'kind' | 'title'>,
): RichMessage {
  const plan = clip(notification.content.planTitle, limits.messageLabelCharacters);
  const { channel, recipient } = notification.identity;
  const where = channel === spec.kind ? spec.title : `${clip(channel, limits.messageLabelCharacters)} (${spec.title})`;
  const who = recipient === `${spec.kind}:${channel}` ? where : recipient;
  return {
    state: 'test',
    urgency: 'normal',
    title: clip(`Test: ${plan} reaches ${who}`, limits.messageTitleCharacters),
    lead: 'This is a test message. Nothing has happened, and nothing has to be done.',
    figures: [],
    details: [
      { label: 'Channel', value: where },
      { label: 'Sent by', value: clip(by, limits.messageLabelCharacters) },
    ],
    remarks: [],
    links: [],
    plan,
  };
}
