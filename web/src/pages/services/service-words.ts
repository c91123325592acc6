import type { PartStandingAnswer, ProbeStandingAnswer, ServiceAnswer } from '#contract/services.ts';
import { plural } from '../../format/numbers.ts';
import type { Tone, ToneAndWord } from '../../kit/tone.ts';
import { uptimeText } from '../probes/probe-words.ts';

/** How a service stands. One that is well itself and needs one that is down is at risk. */
export function serviceTone(service: ServiceAnswer): ToneAndWord {
  const { state, because } = service;
  if (state === 'down') return { tone: 'critical', word: 'down' };
  if (state === 'trouble') return { tone: 'warning', word: 'trouble' };
  if (because.length > 0) return { tone: 'warning', word: 'at risk' };
  if (state === 'fine') return { tone: 'good', word: 'fine' };
  return isWatched(service) ? { tone: 'none', word: 'not known' } : { tone: 'neutral', word: 'not watched' };
}

/** Whether any rule, probe or heartbeat of the plan is about it. */
export function isWatched({ rules, probes, parts, heartbeats }: ServiceAnswer): boolean {
  return rules.length + probes.length + parts.length + heartbeats.length > 0;
}

const ranks: readonly string[] = ['down', 'trouble', 'at risk', 'not known', 'fine', 'not watched'];

/** The worst first, before it what it needs and is down; else in the order of the plan. */
export function worstFirst(services: readonly ServiceAnswer[]): readonly ServiceAnswer[] {
  const rank = (service: ServiceAnswer): number =>
    ranks.indexOf(serviceTone(service).word) + (service.because.length === 0 ? 0 : 0.5);
  return services.toSorted((left, right) => rank(left) - rank(right));
}

/** What is wrong with the checks of a service, or what it is judged by, in a few words for its place on the map. */
export function checksText({
  alerts,
  probes,
  parts,
  heartbeats,
  rules,
}: Pick<ServiceAnswer, 'alerts' | 'probes' | 'parts' | 'heartbeats' | 'rules'>): string {
  const failing = probes.filter(({ state }) => state === 'failing').length;
  const broken = parts.filter(({ state }) => state === 'failing').length;
  const wrong = heartbeats.filter(({ state }) => state === 'late' || state === 'failed').length;
  if (failing > 0) return `${failing} of ${plural(probes.length, 'probe')} ${failing === 1 ? 'fails' : 'fail'}`;
  if (broken > 0) return `said by ${parts.find(({ state }) => state === 'failing')?.probe ?? ''}`;
  if (wrong > 0) return `${wrong} of ${plural(heartbeats.length, 'job')} not in time`;
  if (alerts.length > 0) return plural(alerts.length, 'open alert');
  const counted = [
    ...(probes.length === 0 ? [] : [plural(probes.length, 'probe')]),
    ...(parts.length === 0 ? [] : [plural(parts.length, 'part')]),
    ...(heartbeats.length === 0 ? [] : [plural(heartbeats.length, 'job')]),
  ];
  if (counted.length > 0) return counted.slice(0, 2).join(', ');
  return rules.length === 0 ? 'no checks' : `by ${plural(rules.length, 'rule')} alone`;
}

/** The state of the page in one sentence; the worst of it gives the tone. */
export function servicesSentence(services: readonly ServiceAnswer[]): ToneAndWord {
  const of = (state: ServiceAnswer['state']): readonly ServiceAnswer[] => services.filter((one) => one.state === state);
  const isHarmed = ({ state, because }: ServiceAnswer): boolean => state !== 'down' && because.length > 0;
  const harmed = services.filter(isHarmed);
  const down = of('down');
  const trouble = of('trouble').filter((one) => !isHarmed(one));
  const unknown = of('unknown').filter((one) => !isHarmed(one) && isWatched(one));
  const words = [
    ...(down.length === 0 ? [] : [`${named(down)} ${down.length === 1 ? 'is' : 'are'} down`]),
    ...(harmed.length === 0 ? [] : [`${named(harmed)} ${harmed.length === 1 ? 'needs' : 'need'} what is down`]),
    ...(trouble.length === 0 ? [] : [`${named(trouble)} ${trouble.length === 1 ? 'has' : 'have'} trouble`]),
    ...(unknown.length === 0 ? [] : [`nothing is known of ${named(unknown)}`]),
  ];
  const tone: Tone = down.length > 0 ? 'critical' : trouble.length + harmed.length > 0 ? 'warning' : 'none';
  if (words.length > 0) return { tone, word: words.join('; ') };
  const watched = services.filter(isWatched).length;
  if (watched === 0) return { tone: 'none', word: 'Nothing watches the services' };
  if (services.length === 1) return { tone: 'good', word: 'The service is fine' };
  return {
    tone: 'good',
    word: `All ${watched} services ${watched === services.length ? '' : 'that are watched '}are fine`,
  };
}

const NAMED = 2;

/** Their names, or how many they are. */
function named(services: readonly ServiceAnswer[]): string {
  return services.length <= NAMED ? services.map(({ name }) => name).join(' and ') : plural(services.length, 'service');
}

/**
 * How much of 24 hours and of 30 days a service could be reached: by its one probe that tries so, or by that of several that it was up least for;
 * where none does, it was up as its part in a health answer says. Undefined while nothing is known.
 */
export function reachText(probes: readonly Reach[], parts: readonly PartReach[] = []): string | undefined {
  const reaching: readonly Omit<Reach, 'kind'>[] = probes.filter(({ kind }) => kind === 'http' || kind === 'tcp');
  const said = parts.map(({ probe, ...times }) => ({ name: probe, ...times }));
  const known = (reaching.length > 0 ? reaching : said)
    .filter(({ monthUptime }) => monthUptime !== undefined)
    .toSorted((left, right) => (left.monthUptime ?? 1) - (right.monthUptime ?? 1));
  const [least] = known;
  if (least === undefined) return undefined;
  const text = `uptime ${uptimeText(least.dayUptime)} in 24 h, ${uptimeText(least.monthUptime)} in 30 d`;
  return known.length === 1 ? text : `${text} (${least.name})`;
}

type Reach = Pick<ProbeStandingAnswer, 'name' | 'kind' | 'dayUptime' | 'monthUptime'>;
type PartReach = Pick<PartStandingAnswer, 'probe' | 'dayUptime' | 'monthUptime'>;
