import type { AlertDetailAnswer } from '#contract/alerts.ts';
import { formatCount } from '../../format/numbers.ts';
import { formatSpan, formatTime } from '../../format/times.ts';
import type { Tone } from '../../kit/tone.ts';

export interface TimelineEntry {
  readonly sequence: number;
  readonly at: string;
  readonly tone: Tone;
  readonly text: string;
  /** The named reason in words, where the text does not say it already. */
  readonly reason: string | undefined;
}

type TimelineFact = AlertDetailAnswer['timeline'][number];

/** Facts of an alert as people would say them, in their order. */
export function timelineEntries(facts: readonly TimelineFact[]): readonly TimelineEntry[] {
  return joinAlike(facts).map(({ fact, ways, earlier }) => {
    const { tone, text, plain } = words(fact, ways, earlier);
    const reason = plain === true ? undefined : fact.reasonText;
    return { sequence: fact.sequence, at: fact.at, tone, text, reason };
  });
}

/** Facts that are one line. */
interface Joined {
  /** The one that the line stands for. */
  readonly fact: TimelineFact;
  /** To whom and by what, all of them. */
  readonly ways: string;
  /** Of attempts that failed alike, those before; the first of them first. */
  readonly earlier: readonly TimelineFact[];
}

/**
 * What is told to several at once, or reaches several in the same second, is one line with all of them. Attempts that fail for one and
 * the same reason are one line where the latest was: dozens of them would bury what matters.
 */
function joinAlike(facts: readonly TimelineFact[]): readonly Joined[] {
  const joined = Map.groupBy(facts, (fact) => {
    const { kind, reason, body, at, sequence } = fact;
    if (kind === 'delivery-retried') return [kind, way(body), text(body.step), text(body.problem)].join(' ');
    if (kind !== 'notified' && kind !== 'delivery-accepted') return String(sequence);
    return [kind, reason, text(body.step), text(body.cycle), at.slice(0, 19)].join(' ');
  });
  return [...joined.values()]
    .flatMap((alike): readonly Joined[] => {
      const [first] = alike;
      const last = alike.at(-1);
      if (first === undefined || last === undefined) return [];
      if (last.kind === 'delivery-retried') return [{ fact: last, ways: way(last.body), earlier: alike.slice(0, -1) }];
      return [{ fact: first, ways: alike.map(({ body }) => way(body)).join(', '), earlier: [] }];
    })
    .sort((left, right) => left.fact.sequence - right.fact.sequence);
}

/** To whom and by what; an address such as `webhook:shop` names its channel itself. */
function way(body: TimelineFact['body']): string {
  const recipient = text(body.recipient);
  const channel = text(body.channel);
  if (channel === '' || recipient.startsWith(`${channel}:`) || recipient.endsWith(`:${channel}`)) return recipient;
  return channel === 'app' ? `${recipient} in the inbox` : `${recipient} by ${channel}`;
}

interface Words {
  readonly tone: Tone;
  readonly text: string;
  /** The text says the reason itself. */
  readonly plain?: true;
}

function words({ kind, body, at }: TimelineFact, ways: string, earlier: readonly TimelineFact[]): Words {
  const by = text(body.by);
  const problem = text(body.problem);
  switch (kind) {
    case 'alert-pending':
      return { tone: 'warning', text: 'About to fire:' };
    case 'alert-cancelled':
      return { tone: 'neutral', text: 'Did not fire after all:' };
    case 'alert-fired':
      return { tone: 'critical', text: `Fired as ${text(body.severity)}:` };
    case 'alert-resolved':
      return { tone: 'good', text: 'Resolved:' };
    case 'alert-acknowledged':
      return { tone: 'good', text: `${by} acknowledged it, by ${via(text(body.via))}`, plain: true };
    case 'alert-silenced':
      return { tone: 'none', text: `Silenced by ${by}${until(body.until)}: ${text(body.why)}`, plain: true };
    case 'alert-unsilenced':
      return { tone: 'neutral', text: 'No longer silenced:' };
    case 'alert-flapping':
      return { tone: 'warning', text: 'Flapping:' };
    case 'notified':
      return { tone: 'neutral', text: `Told ${ways}, ${stepText(body.step)}:` };
    case 'not-notified':
      return { tone: 'warning', text: `Nobody told ${stepText(body.step)}${because(body.by)}:` };
    case 'delivery-accepted':
      return { tone: 'good', text: `Reached ${ways}`, plain: true };
    case 'delivery-retried':
      return {
        tone: 'warning',
        text: `Did not reach ${ways}${times(earlier)}, tried again${until(body.retryAt, ' at ')}. ${problem}`.trim(),
        plain: true,
      };
    case 'delivery-failed':
      return { tone: 'critical', text: `Did not reach ${ways}: ${problem === '' ? 'given up' : problem}` };
    case 'delivery-unknown':
      return { tone: 'warning', text: `Not known whether it reached ${ways}:` };
    case 'not-evaluated':
      return { tone: 'none', text: 'Cannot be judged:' };
    case 'evaluated-again':
      return { tone: 'neutral', text: `Judged again${length(body.unknownSince, at)}:` };
    case 'command-refused':
      return { tone: 'neutral', text: `${by}'s command was refused:` };
    default:
      return { tone: 'neutral', text: `${kind.replaceAll('-', ' ')}:` };
  }
}

function times(earlier: readonly TimelineFact[]): string {
  const [first] = earlier;
  if (first === undefined) return '';
  return `, ${formatCount(earlier.length + 1)} times since ${formatTime(Date.parse(first.at))}`;
}

const steps: Readonly<Record<string, string>> = {
  fired: 'that it fired',
  repeated: 'that it still fires',
  flapping: 'that it flaps',
  resolved: 'that it is over',
};

function stepText(step: unknown): string {
  return steps[text(step)] ?? text(step);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function via(name: string): string {
  return { web: 'the web', link: 'the link in a message', api: 'the API', cli: 'the command line' }[name] ?? name;
}

function until(value: unknown, before = ' until '): string {
  return typeof value === 'number' ? `${before}${formatTime(value)}` : '';
}

function because(value: unknown): string {
  return Array.isArray(value) && value.length > 0 ? ` because of ${value.join(', ')}` : '';
}

function length(since: unknown, at: string): string {
  return typeof since === 'number' ? ` after ${formatSpan(Date.parse(at) - since)}` : '';
}
