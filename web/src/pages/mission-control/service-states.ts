import type { LiveAlert, LiveReading } from '#contract/live.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import type { Tone } from '../../kit/tone.ts';

/** How a service stands, by the rules that the plan gives it. */
export interface ServiceState {
  readonly name: string;
  readonly tone: Tone;
  readonly word: string;
  /** Why, in a few words. */
  readonly because: string;
}

/** The plan's services in its order. One that no rule watches is never shown as well. */
export function serviceStates(
  overview: Pick<OverviewAnswer, 'services' | 'rules'>,
  signals: ReadonlyMap<string, readonly LiveReading[]>,
  alerts: readonly LiveAlert[],
): readonly ServiceState[] {
  const own = new Map(
    overview.services.map((service) => [service.name, ownState(service.name, overview, signals, alerts)]),
  );
  return overview.services.map(({ name, needs }) => {
    const state = own.get(name) ?? { name, tone: 'neutral', word: 'not watched', because: '' };
    const broken = needs.filter((need) => own.get(need)?.tone === 'critical');
    if (state.tone === 'critical' || broken.length === 0) return state;
    return { name, tone: 'warning', word: 'at risk', because: `needs ${broken.join(', ')}` };
  });
}

function ownState(
  name: string,
  overview: Pick<OverviewAnswer, 'rules'>,
  signals: ReadonlyMap<string, readonly LiveReading[]>,
  alerts: readonly LiveAlert[],
): ServiceState {
  const rules = overview.rules.filter(
    ({ service, enabled, severity }) => service === name && enabled && severity !== undefined,
  );
  if (rules.length === 0)
    return { name, tone: 'neutral', word: 'not watched', because: 'no rule of the plan watches it now' };
  const names = new Set(rules.map((rule) => rule.name));
  const firing = alerts.filter(({ rule, state }) => names.has(rule) && (state === 'firing' || state === 'resolving'));
  if (firing.length > 0) {
    const because = [...new Set(firing.map(({ rule }) => rule))].join(', ');
    return { name, tone: 'critical', word: 'alert', because };
  }
  const pending = alerts.filter(({ rule, state }) => names.has(rule) && state === 'pending');
  if (pending.length > 0) {
    return { name, tone: 'warning', word: 'about to fire', because: pending.map(({ rule }) => rule).join(', ') };
  }
  const read = [...new Set(rules.flatMap((rule) => rule.signals))];
  const known = read.some((signal) =>
    (signals.get(signal) ?? []).some(
      ({ state }) => state !== 'no data' && state !== 'too few' && state !== 'not evaluated',
    ),
  );
  if (read.length > 0 && !known)
    return { name, tone: 'none', word: 'no data', because: `nothing known of ${read.join(', ')}` };
  return { name, tone: 'good', word: 'well', because: `no alert of ${rules.map((rule) => rule.name).join(', ')}` };
}
