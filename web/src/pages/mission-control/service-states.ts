import type { LiveAlert, LiveReading } from '#contract/live.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import type { ServiceAnswer } from '#contract/services.ts';
import { neededServices } from '#plan/needs.ts';
import { isJudged, type Tone } from '../../kit/tone.ts';
import { checksText } from '../services/service-words.ts';

/** How a service stands, by the rules that the plan gives it and by its checks. */
export interface ServiceState {
  readonly name: string;
  readonly tone: Tone;
  readonly word: string;
  /** Why, in a few words. */
  readonly because: string;
}

type Known = Pick<OverviewAnswer, 'services' | 'rules'>;

/**
 * The plan's services in its order, in the words of the page of services. What is live counts at once; what the server says of checks, when it
 * has answered. One that nothing watches is never shown as fine.
 */
export function serviceStates(
  overview: Known,
  signals: ReadonlyMap<string, readonly LiveReading[]>,
  alerts: readonly LiveAlert[],
  answers: readonly ServiceAnswer[] = [],
): readonly ServiceState[] {
  const answerOf = new Map(answers.map((answer) => [answer.name, answer]));
  const own = new Map(
    overview.services.map((service) => [
      service.name,
      ownState(service, overview, signals, alerts, answerOf.get(service.name)),
    ]),
  );
  const needs = new Map(overview.services.map((service) => [service.name, service.needs]));
  return overview.services.map(({ name }) => {
    const state = own.get(name) ?? { name, tone: 'neutral', word: 'not watched', because: '' };
    const broken = neededServices(name, needs).filter((need) => own.get(need)?.tone === 'critical');
    if (broken.length === 0 || state.tone === 'critical' || state.tone === 'warning') return state;
    return { name, tone: 'warning', word: 'at risk', because: `needs ${broken.join(', ')}` };
  });
}

function ownState(
  { name, down = [] }: Known['services'][number],
  overview: Pick<OverviewAnswer, 'rules'>,
  signals: ReadonlyMap<string, readonly LiveReading[]>,
  alerts: readonly LiveAlert[],
  answer: ServiceAnswer | undefined,
): ServiceState {
  const rules = overview.rules.filter(
    ({ service, enabled, severity }) => service === name && enabled && severity !== undefined,
  );
  const names = new Set([...rules.map((rule) => rule.name), ...down]);
  const about = (states: readonly LiveAlert['state'][], of: ReadonlySet<string>): string =>
    [
      ...new Set(alerts.filter(({ rule, state }) => of.has(rule) && states.includes(state)).map(({ rule }) => rule)),
    ].join(', ');
  const open = ['firing', 'resolving'] as const;
  const breaking = about(open, new Set(down));
  if (breaking !== '') return { name, tone: 'critical', word: 'down', because: breaking };
  const firing = about(open, names);
  if (firing !== '') return { name, tone: 'warning', word: 'trouble', because: firing };
  const checks = answer && [...answer.probes, ...answer.parts, ...answer.heartbeats];
  if (
    answer !== undefined &&
    checks?.some(({ state }) => state === 'failing' || state === 'late' || state === 'failed')
  ) {
    return { name, tone: 'warning', word: 'trouble', because: checksText(answer) };
  }
  const pending = about(['pending'], names);
  if (pending !== '') return { name, tone: 'warning', word: 'about to fire', because: pending };
  if (rules.length === 0 && (checks ?? []).length === 0) {
    return { name, tone: 'neutral', word: 'not watched', because: 'nothing in the plan watches it now' };
  }
  const read = [...new Set(rules.flatMap((rule) => rule.signals))];
  const isKnown =
    checks !== undefined && checks.length > 0
      ? checks.some(({ state }) => state === 'passing' || state === 'on time')
      : read.some((signal) => (signals.get(signal) ?? []).some(({ state }) => isJudged(state)));
  if (!isKnown) return { name, tone: 'none', word: 'not known', because: 'nothing has been measured lately' };
  return { name, tone: 'good', word: 'fine', because: answer === undefined ? 'no open alert' : checksText(answer) };
}
