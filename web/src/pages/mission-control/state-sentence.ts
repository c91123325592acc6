import type { LiveAlert, LiveReading } from '#contract/live.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import { plural } from '../../format/numbers.ts';
import type { Tone } from '../../kit/tone.ts';
import { orderAlerts } from './order-alerts.ts';
import { worstReading } from './worst-reading.ts';

/** How a plan stands, in one sentence: a lead with its tone, and what else there is to say. */
export interface StateSentence {
  readonly tone: Tone;
  readonly lead: string;
  /** How many rules cannot be judged, when there are such. */
  readonly unjudged?: string;
  readonly rest: readonly string[];
}

interface Standing {
  readonly overview: Pick<OverviewAnswer, 'objectives' | 'severities'>;
  readonly signals: ReadonlyMap<string, readonly LiveReading[]>;
  readonly alerts: readonly LiveAlert[];
  /** Names of the rules that cannot be judged. */
  readonly unjudged: readonly string[];
}

/**
 * The sentence at the top of mission control. Calm is only said when figures that have a target are known to be on it and none is off it,
 * and without reserve only when every rule can be judged.
 */
export function stateSentence({ unjudged, ...standing }: Standing): StateSentence {
  const sentence = judgedSentence(standing);
  if (unjudged.length === 0) return sentence;
  const { tone, lead, rest } = sentence;
  const reserved = reservedLeads[lead];
  return {
    tone: reserved === undefined ? tone : 'none',
    lead: reserved ?? lead,
    unjudged: `${plural(unjudged.length, 'rule')} cannot be judged`,
    rest,
  };
}

const CALM = 'All calm';
const NO_ALERTS = 'No alerts';

/** What would claim too much while nobody knows what some rules would say. */
const reservedLeads: Readonly<Record<string, string>> = {
  [CALM]: 'Calm, as far as can be judged',
  [NO_ALERTS]: 'No alerts, as far as can be judged',
};

/** As if every rule could be judged. */
function judgedSentence({ overview, signals, alerts }: Omit<Standing, 'unjudged'>): StateSentence {
  const states = overview.objectives
    .filter(({ bands }) => bands !== undefined)
    .map(({ signal }) => worstReading(signals.get(signal) ?? [])?.state ?? 'not evaluated');
  const count = (...wanted: readonly string[]): number => states.filter((state) => wanted.includes(state)).length;

  const firing = alerts.filter(({ state }) => state === 'firing');
  const unanswered = firing.filter(({ acknowledged }) => acknowledged === undefined);
  const judged = states.filter((state) => state !== 'target unset').length;
  const onTarget = count('on target');
  const rest = judged === 0 ? [] : [`${onTarget} of ${plural(judged, 'objective')} on target`];
  const say = (how: number, words: (how: number) => string): void => {
    if (how > 0) rest.push(words(how));
  };
  say(count('critical'), (how) => `${how} critical`);
  say(count('warning'), (how) => `${how} in warning`);
  say(count('off target'), (how) => `${how} off target`);
  say(count('too few'), (how) => `${how} ${how === 1 ? 'has' : 'have'} too little data`);
  say(count('open'), (how) => `${how} ${how === 1 ? 'is' : 'are'} still filling`);
  say(count('no data'), (how) => `${how} ${how === 1 ? 'has' : 'have'} no data`);
  say(count('not evaluated'), (how) => `${how} not evaluated`);

  if (firing.length > 0) {
    const first = orderAlerts(
      firing,
      overview.severities.map(({ name }) => name),
    )[0];
    const lead =
      firing.length === 1
        ? `${first?.rule} fires, ${first?.severity}`
        : `${plural(firing.length, 'alert')} firing, worst ${first?.severity}`;
    const who =
      unanswered.length === 0
        ? `${firing.length === 1 ? '' : 'all '}acknowledged`
        : unanswered.length === firing.length
          ? `nobody takes care of ${firing.length === 1 ? 'it' : 'them'} yet`
          : `nobody takes care of ${unanswered.length} of them yet`;
    return {
      tone: unanswered.length === 0 ? 'warning' : 'critical',
      lead,
      rest: [who, ...rest],
    };
  }
  const pending = alerts.filter(({ state }) => state === 'pending');
  const soon =
    pending.length === 0
      ? undefined
      : pending.length === 1
        ? `${pending[0]?.rule} is about to fire`
        : `${pending.length} rules are about to fire`;
  if (count('critical') > 0) return { tone: 'critical', lead: `Critical, and ${soon ?? 'no rule fires'}`, rest };
  if (soon !== undefined) return { tone: 'warning', lead: soon, rest };
  if (count('warning') > 0) return { tone: 'warning', lead: 'Warning', rest };
  if (count('off target') > 0) return { tone: 'off', lead: 'Off target', rest };
  if (judged === 0) return { tone: 'neutral', lead: NO_ALERTS, rest: ['the plan has no objectives yet'] };
  if (onTarget === 0) return { tone: 'none', lead: 'Nothing to judge by yet', rest };
  return { tone: 'good', lead: CALM, rest };
}
