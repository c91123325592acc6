import { foundText, keysText } from '#core/found-text.ts';
import type { Evidence } from '#core/model.ts';
import type { NotificationContent } from '#core/notification.ts';
import { formatAgainst, formatCount, formatThreshold } from '#kernel/format-figure.ts';
import { formatDuration, formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';

/** What people read, the same in every channel; a channel only decides how it looks. */
export interface PlainMessage {
  readonly title: string;
  readonly text: string;
}

/**
 * Says what happened, by which figures, and since when. Labels come from telemetry, so anything may be in them: they are
 * made well-formed and cut, because the worst text must not hold a page up.
 */
export function describeNotification(content: NotificationContent): PlainMessage {
  const subject = `${content.rule}${describeGroup(content.group)}`;
  const title = `${content.severity}: ${subject} ${stepWords[content.step]} (${content.alert}, ${content.planTitle})`;
  const lines = [content.condition, ...content.evidence.slice(0, limits.messageReadings).map(describeEvidence)];
  lines.push(`Since ${formatInstant(content.openedAt)}.`);
  if (content.resolvedAt !== undefined) lines.push(`Until ${formatInstant(content.resolvedAt)}.`);
  if (content.runbook !== undefined) lines.push(`Runbook: ${content.runbook}`);
  if (content.state === 'firing' && content.repeatMs > 0) {
    lines.push(`Told again every ${formatDuration(content.repeatMs)} while it lasts.`);
  }
  return {
    title: clip(title, limits.messageTitleCharacters),
    text: lines.map((line) => clip(line, limits.messageLineCharacters)).join('\n'),
  };
}

const stepWords: Readonly<Record<NotificationContent['step'], string>> = {
  fired: 'fires',
  repeated: 'still fires',
  flapping: 'keeps coming and going',
  resolved: 'is over',
};

/** One line, e.g. `error_rate > 5%: 7.2% of 240 (limit 5%)`. */
export function describeEvidence(evidence: Evidence): string {
  return `${evidence.text}: ${describeReading(evidence)}`;
}

/** What was read, e.g. `7.2% of 240 (limit 5%)`, and which keys it counts. */
export function describeReading(evidence: Evidence): string {
  const { reading, unit } = evidence;
  const found = foundText(evidence, formatInstant);
  if (found !== undefined) return found;
  const against = evidence.against.map((value) => formatThreshold(value, unit)).join(' and ');
  const limit = against === '' ? '' : ` (limit ${against})`;
  switch (reading.state) {
    case 'value': {
      // A count is its own sample.
      const sample = reading.value === reading.sampleSize ? '' : ` of ${formatCount(reading.sampleSize)}`;
      const keys = keysText(evidence.found);
      const named = keys === undefined ? '' : `: ${keys}`;
      return `${formatAgainst(reading.value, evidence.against, unit)}${sample}${limit}${named}`;
    }
    case 'too few':
      return `too few, ${formatCount(reading.sampleSize)} of ${formatCount(reading.needed)}${limit}`;
    case 'no data':
      return `no data, ${reading.reason}${limit}`;
  }
}

/** The values of a group, each cut; undefined for a key that is not the list that it should be. */
export function readGroup(key: string): readonly (string | number | boolean | null)[] | undefined {
  try {
    const values: unknown = JSON.parse(key);
    if (!Array.isArray(values)) return undefined;
    return values.map((value: unknown) => {
      if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
      return clip(typeof value === 'string' ? value : JSON.stringify(value), limits.messageLabelCharacters);
    });
  } catch {
    return undefined;
  }
}

function describeGroup(key: string): string {
  const values = readGroup(key);
  if (values === undefined) return ` [${clip(key, limits.messageLabelCharacters)}]`;
  return values.length === 0 ? '' : ` [${values.join(', ')}]`;
}

/**
 * Well-formed Unicode without control characters (a database refuses NUL, a terminal obeys escapes), without what breaks a line or turns
 * the text after it around, and not longer than `characters` UTF-16 units.
 */
export function clip(text: string, characters: number): string {
  // The control characters are the point of this expression.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: see above
  const plain = text.slice(0, characters + 1).replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ');
  const cut = plain.length > characters ? `${plain.slice(0, characters - 1)}…` : plain;
  return cut.toWellFormed();
}
