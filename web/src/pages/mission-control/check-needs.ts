import type { LiveAlert } from '#contract/live.ts';
import type { HeartbeatStandingAnswer, ProbeStandingAnswer, ServicesAnswer } from '#contract/services.ts';
import { plural } from '../../format/numbers.ts';

/** Checks that wait for a person, since no alert tells of them. */
export interface CheckNeed {
  readonly kind: 'checks';
  readonly about: 'failing' | 'unmeasured' | 'late' | 'never';
  readonly text: string;
  /** Why, where there is one reason. */
  readonly reason?: string;
  /** The probe that it is about, where it is one. */
  readonly probe?: string;
}

/**
 * What somebody has to see to that nobody is told of: a probe that fails, or a job that is late, and that no rule reads; a probe that cannot be
 * measured; a job that was never connected. What an alert tells of is not said twice.
 */
export function checkNeeds(
  { services, others }: Pick<ServicesAnswer, 'services' | 'others'>,
  alerts: readonly LiveAlert[],
): readonly CheckNeed[] {
  const open = new Set(
    alerts.filter(({ alert, state }) => alert !== undefined && state === 'firing').map(({ rule }) => rule),
  );
  const isQuiet = ({ rules }: { readonly rules: readonly string[] }): boolean => !rules.some((rule) => open.has(rule));
  const probes = [...services.flatMap((service) => service.probes), ...others.probes].filter(isQuiet);
  const jobs = [...services.flatMap((service) => service.heartbeats), ...others.heartbeats].filter(isQuiet);
  const failing = probes.filter(({ state, rules }) => state === 'failing' && rules.length === 0);
  const unmeasured = probes.filter(({ state, outcome }) => state === 'unknown' && outcome === 'unmeasured');
  const late = jobs.filter(({ state, rules }) => (state === 'late' || state === 'failed') && rules.length === 0);
  const never = jobs.filter(({ state }) => state === 'never');
  return [
    ...probeNeed('failing', failing, 'fails, and no rule reads it', 'fail that no rule reads'),
    ...jobNeed('late', late, 'is late or failed, and no rule reads it', 'are late or failed that no rule reads'),
    ...probeNeed('unmeasured', unmeasured, 'cannot be measured', 'cannot be measured'),
    ...jobNeed('never', never, 'has never checked in', 'have never checked in'),
  ];
}

function probeNeed(
  about: CheckNeed['about'],
  probes: readonly ProbeStandingAnswer[],
  one: string,
  many: string,
): readonly CheckNeed[] {
  const [first] = probes;
  if (first === undefined) return [];
  const reasons = new Set(probes.map(({ message }) => message));
  const [reason] = reasons;
  return [
    {
      ...{ kind: 'checks', about },
      text: probes.length === 1 ? `Probe ${first.name} ${one}` : `${plural(probes.length, 'probe')} ${many}`,
      ...(reasons.size !== 1 || reason === undefined ? {} : { reason }),
      ...(probes.length === 1 ? { probe: first.name } : {}),
    },
  ];
}

function jobNeed(
  about: CheckNeed['about'],
  jobs: readonly HeartbeatStandingAnswer[],
  one: string,
  many: string,
): readonly CheckNeed[] {
  const [first] = jobs;
  if (first === undefined) return [];
  const text = jobs.length === 1 ? `Job ${first.name} ${one}` : `${plural(jobs.length, 'job')} ${many}`;
  return [{ kind: 'checks', about, text }];
}
