import type { FactAnswer } from '#contract/journal.ts';
import { comparedText } from '#core/found-text.ts';
import type { DecisionReason } from '#core/model.ts';
import { reasonTexts, reasonWith } from '#core/reasons.ts';
import { formatSpan, formatTime } from '../../format/times.ts';
import type { Tone } from '../../kit/tone.ts';

/** A fact in words. `alert` is what it is about, where it is about one. */
export interface FactSentence {
  readonly tone: Tone;
  readonly text: string;
  readonly alert?: string;
}

/** The facts in words, the newest first. Messages about one thing that were sent together are one sentence. */
export function happenings(
  facts: readonly FactAnswer[],
): readonly (FactSentence & { readonly at: string; readonly sequence: number })[] {
  const told = Map.groupBy(facts, (fact) =>
    fact.kind === 'notified' ? [fact.subject, fact.body.step, fact.body.cycle, fact.at].join(' ') : fact.sequence,
  );
  return [...told.values()].flatMap((together) => {
    const [first] = together;
    const sentence = first === undefined ? undefined : factSentence(first);
    if (first === undefined || sentence === undefined) return [];
    const others = together.slice(1).map(({ body }) => recipient(body));
    const text = [sentence.text, ...others].join(', ');
    return [{ ...sentence, text, at: first.at, sequence: first.sequence }];
  });
}

const VERDICTS: Readonly<Record<string, string>> = {
  right: 'found nothing wrong in',
  wrong: 'found something wrong in',
  settled: 'settled',
};

/** What happened, in words; undefined for steps on the way that only matter to who looks closely. */
export function factSentence(fact: FactAnswer): FactSentence | undefined {
  const { body } = fact;
  const subject = ruleText(body);
  const alert = typeof body.alert === 'string' ? { alert: body.alert } : {};
  switch (fact.kind) {
    case 'alert-fired':
      return { tone: 'critical', text: `${fact.subject} fired: ${subject}${text(body.severity, ', ')}`, ...alert };
    case 'alert-resolved': {
      const openedAt =
        typeof body.openedAt === 'number' ? ` after ${formatSpan(Date.parse(fact.at) - body.openedAt)}` : '';
      return { tone: 'good', text: `${fact.subject} resolved${openedAt}: ${subject}`, ...alert };
    }
    case 'alert-flapping':
      return { tone: 'warning', text: `${fact.subject}: ${subject}, ${reason(fact.reason)}`, ...alert };
    case 'alert-acknowledged':
      return { tone: 'good', text: `${fact.subject} acknowledged${text(body.by, ' by ')}: ${subject}`, ...alert };
    case 'silence-began': {
      const until = typeof body.until === 'number' ? ` until ${formatTime(body.until)}` : '';
      return {
        tone: 'none',
        text: `Silence${text(body.silencedRule, ' of ')}${text(body.by, ' by ')}${until}${text(body.why, ': ')}`,
      };
    }
    case 'silence-ended':
      return { tone: 'neutral', text: `Silence over${text(body.silencedRule, ': ')}, ${reason(fact.reason)}` };
    case 'notified':
      return { tone: 'neutral', text: `${fact.subject} ${text(body.step)}, message to ${recipient(body)}`, ...alert };
    case 'not-notified':
      return { tone: 'warning', text: `Nobody told of ${fact.subject}: ${refusal(fact)}`, ...alert };
    case 'delivery-failed':
      return { tone: 'critical', text: `${fact.subject}: ${recipient(body)} not reached, ${reason(fact.reason)}` };
    case 'delivery-unknown':
      return { tone: 'warning', text: `${fact.subject}: not known whether ${recipient(body)} was reached` };
    case 'channel-tested':
      return body.accepted === true
        ? { tone: 'neutral', text: `Channel ${text(body.channel)} tested${text(body.by, ' by ')}: ${recipient(body)}` }
        : {
            tone: 'warning',
            text: `Channel ${text(body.channel)} tested${text(body.by, ' by ')}, ${recipient(body)} not reached: ${reason(fact.reason)}`,
          };
    case 'sample-judged': {
      const tone = body.verdict === 'wrong' ? 'warning' : 'good';
      const said = `${text(body.by)} ${VERDICTS[text(body.verdict)] ?? text(body.verdict)} ${text(body.label)}`;
      return { tone, text: `${fact.subject}: ${said}${text(body.note, ': ')}` };
    }
    case 'comparison-made': {
      const found = comparedText(body);
      const tone = fact.reason === 'lists-differ' ? 'warning' : 'good';
      return { tone, text: `${fact.subject} compared${text(body.by, ' by ')}: ${found}` };
    }
    case 'comparison-settled':
      return { tone: 'good', text: `${fact.subject} settled${text(body.by, ' by ')}${text(body.note, ': ')}` };
    case 'comparison-not-applicable':
      return { tone: 'neutral', text: `${fact.subject} not applicable${text(body.by, ', ')}${text(body.note, ': ')}` };
    case 'command-refused':
      return {
        tone: 'neutral',
        text: `${fact.subject}: a command${text(body.by, ' of ')} refused, ${reason(fact.reason)}`,
      };
    case 'plan-applied':
      return { tone: 'time', text: `Version ${text(body.version)} of the plan applied${text(body.by, ' by ')}` };
    case 'plan-launched':
      return { tone: 'time', text: `Launched${text(body.by, ' by ')}` };
    case 'phase-changed':
      return {
        tone: 'time',
        text: body.to === null ? `Phase over: ${text(body.from)}` : `Phase begins: ${text(body.to)}`,
      };
    case 'not-evaluated':
      return fact.reason === 'executor-silent'
        ? { tone: 'warning', text: 'Not evaluated: intake is silent' }
        : undefined;
    case 'evaluated-again':
      return fact.reason === 'executor-back' ? { tone: 'good', text: 'Evaluated again: intake is back' } : undefined;
    default:
      return undefined;
  }
}

function ruleText(body: FactAnswer['body']): string {
  const group = groupValues(body.group);
  return `${text(body.rule)}${group.length === 0 ? '' : ` (${group.join(', ')})`}`;
}

/** Groups stand in facts as the JSON text that they are keyed by. */
function groupValues(group: unknown): readonly string[] {
  if (typeof group !== 'string') return [];
  try {
    return (JSON.parse(group) as readonly unknown[]).map(String);
  } catch {
    return [];
  }
}

function recipient(body: FactAnswer['body']): string {
  const name = text(body.recipient);
  const by = text(body.channel);
  // An address such as `webhook:shop` names its channel itself.
  return by === '' || name.includes(':') ? name : `${name} by ${by}`;
}

function text(value: unknown, before = ''): string {
  return typeof value === 'string' || typeof value === 'number' ? `${before}${value}` : '';
}

/** Why nobody was told, with what is down. */
function refusal({ reason: name, body }: FactAnswer): string {
  return Object.hasOwn(reasonTexts, name) ? reasonWith(name as DecisionReason, body.service) : name;
}

function reason(name: string): string {
  return reasonTexts[name as DecisionReason] ?? name;
}
