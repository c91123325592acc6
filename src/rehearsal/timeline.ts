import { evidenceText, groupText, reasonText } from '#core/explain-text.ts';
import { comparedText } from '#core/found-text.ts';
import type { Evidence, Fact } from '#core/model.ts';
import { type ApplyPreview, previewSummary } from '#core/plan-change.ts';
import { formatDuration, type Instant } from '#kernel/instant.ts';
import type { GroupKey } from '#plan/reading.ts';

/** `T+00:10:02.350`; hours go on beyond 24, so that two offsets can be subtracted by eye. */
export function offsetText(at: Instant, launch: Instant): string {
  const ms = Math.abs(at - launch);
  const part = (size: number, modulo: number, width: number): string =>
    String(Math.floor(ms / size) % modulo).padStart(width, '0');
  const hours = part(3_600_000, Number.POSITIVE_INFINITY, 2);
  return `T${at < launch ? '-' : '+'}${hours}:${part(60_000, 60, 2)}:${part(1_000, 60, 2)}.${part(1, 1_000, 3)}`;
}

/** A fact as lines of the timeline: what happened, to what, and for which reason, then the readings behind it. */
export function factLines(fact: Fact, launch: Instant): readonly string[] {
  const write = (at: Instant): string => offsetText(at, launch);
  const head = `${write(fact.at)} ${fact.kind.padEnd(15)} ${describeFact(fact)}`;
  const evidence = (fact.body.evidence as readonly Evidence[] | undefined) ?? [];
  return [head, ...evidence.map((one) => `${' '.repeat(17)}${evidenceText(one, write)}`)];
}

/** What a fact says, in one line without its time. */
export function describeFact(fact: Fact): string {
  const { body, reason, subject } = fact;
  const rule = `${String(body.rule ?? '')}${body.group === undefined ? '' : groupText(body.group as GroupKey)}`;
  switch (fact.kind) {
    case 'plan-applied':
      return `version ${String(body.version)}: ${previewSummary(body as unknown as ApplyPreview)}`;
    case 'phase-changed':
      return `${String(body.from ?? 'none')} to ${String(body.to ?? 'none')}: ${reason}`;
    case 'alert-fired':
      return `${subject} ${rule}, ${String(body.severity)}: ${reason}`;
    case 'alert-resolved':
      return `${subject} ${rule} after ${formatDuration(fact.at - Number(body.openedAt))}: ${reason}`;
    case 'alert-flapping':
      return `${subject} ${rule}: ${reason}`;
    case 'notified': {
      const cycle = body.step === 'repeated' ? ` ${String(body.cycle)}` : '';
      return `${subject} ${rule} to ${String(body.recipient)} by ${String(body.channel)}, ${String(body.step)}${cycle}: ${reason}`;
    }
    case 'not-notified': {
      const by = (body.by as readonly string[] | undefined) ?? [];
      const service = typeof body.service === 'string' ? ` ${body.service}` : '';
      return `${subject} ${rule}, ${String(body.step)}: ${reason}${service}${by.length === 0 ? '' : ` (${by.join(', ')})`}`;
    }
    case 'alert-acknowledged':
      return `${subject} ${rule} by ${String(body.by)}: ${reason}`;
    case 'alert-silenced':
      return `${subject} ${rule} by ${String(body.silence)}: ${reason}`;
    case 'alert-unsilenced':
      return `${subject} ${rule}, ${String(body.silence)}: ${reason}`;
    case 'silence-began': {
      const lasts = formatDuration(Number(body.until) - fact.at);
      return `${subject} ${silencedText(fact)} for ${lasts} by ${String(body.by)}, "${String(body.why)}": ${reason}`;
    }
    case 'silence-ended':
      return `${subject} ${silencedText(fact)}: ${reason}`;
    case 'sample-judged': {
      const note = body.note === undefined ? '' : `, "${String(body.note)}"`;
      return `${subject} ${String(body.label)} by ${String(body.by)}${note}: ${reason}`;
    }
    case 'comparison-made':
      return `${subject} by ${String(body.by)}, ${comparedText(body)}: ${reason}`;
    case 'comparison-settled':
    case 'comparison-not-applicable':
      return `${subject} by ${String(body.by)}, "${String(body.note)}": ${reason}`;
    case 'command-refused':
      return `${subject} ${String(body.command)} by ${String(body.by)}: ${reason}`;
    case 'not-evaluated':
    case 'evaluated-again':
      return subject === 'plan' ? `${reason}: ${reasonText(reason)}` : `${rule}: ${reason}`;
    default:
      return `${rule === '' ? subject : rule}: ${reason}`;
  }
}

/** What a silence is for: a rule, a group of it, or every rule. */
function silencedText({ body }: Fact): string {
  const group = body.silencedGroup === undefined ? '' : groupText(body.silencedGroup as GroupKey);
  return `${String(body.silencedRule ?? 'every rule')}${group}`;
}
