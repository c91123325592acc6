import type { HeartbeatAnswer } from '#contract/heartbeats.ts';
import type { AvailabilityTimes, ProbeAnswer, ProbeResultAnswer } from '#contract/probes.ts';
import { formatNumber, plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import type { ToneAndWord } from '../../kit/tone.ts';

const MINUTE_MS = 60_000;

/** How a probe stands. */
export function probeTone({ state }: Pick<ProbeAnswer, 'state'>): ToneAndWord {
  switch (state) {
    case 'passing':
      return { tone: 'good', word: 'passing' };
    case 'failing':
      return { tone: 'critical', word: 'failing' };
    case 'unknown':
      return { tone: 'none', word: 'not known' };
    case 'waiting':
      return { tone: 'none', word: 'no result yet' };
    case 'resting':
      return { tone: 'neutral', word: 'rests' };
  }
}

/** How one result is marked. */
export function outcomeTone(outcome: ProbeResultAnswer['outcome']): ToneAndWord {
  if (outcome === 'passed') return { tone: 'good', word: 'passed' };
  return outcome === 'failed' ? { tone: 'critical', word: 'failed' } : { tone: 'none', word: 'not measured' };
}

/** How a heartbeat stands. */
export function heartbeatTone({ state }: Pick<HeartbeatAnswer, 'state'>): ToneAndWord {
  switch (state) {
    case 'on time':
      return { tone: 'good', word: 'on time' };
    case 'late':
      return { tone: 'critical', word: 'late' };
    case 'failed':
      return { tone: 'critical', word: 'failed' };
    case 'never':
      return { tone: 'none', word: 'never came' };
    case 'unknown':
      return { tone: 'none', word: 'not known' };
  }
}

/** A share of the known time; never rounded up to all of it. */
export function uptimeText(uptime: number | undefined): string {
  if (uptime === undefined) return 'not known';
  const hundredths = uptime === 1 ? 10_000 : Math.min(9_999, Math.floor(uptime * 10_000));
  return `${formatNumber(hundredths / 100)}%`;
}

/** What is said of unknown time beside an uptime; undefined where there is next to none. */
export function unknownText({ upMs, downMs, unknownMs }: AvailabilityTimes): string | undefined {
  if (unknownMs < MINUTE_MS) return undefined;
  return upMs + downMs === 0 ? 'nothing measured' : `${formatSpan(unknownMs)} unknown`;
}

/** What a bar says: how long it was down and unknown. */
export function partText({ upMs, downMs, unknownMs }: AvailabilityTimes): string {
  const total = upMs + downMs + unknownMs;
  if (unknownMs === total) return 'unknown';
  const parts = [
    ...(downMs === 0 ? [] : [`${formatSpan(downMs)} down`]),
    ...(unknownMs === 0 ? [] : [`${formatSpan(unknownMs)} unknown`]),
  ];
  return parts.length === 0 ? 'up' : parts.join(', ');
}

/** What has to happen for a probe to fail that names how many places have to agree. */
export function agreeText(agree: number): string {
  return agree === 1 ? 'when one place finds a failure' : `when ${agree} places agree`;
}

/** When a heartbeat is expected. */
export function scheduleText({ schedule, graceMs }: Pick<HeartbeatAnswer, 'schedule' | 'graceMs'>): string {
  const when = schedule.kind === 'interval' ? `every ${formatSpan(schedule.everyMs)}` : `cron ${schedule.expression}`;
  return `${when}, ${formatSpan(graceMs)} of grace`;
}

/** The state of the page in one sentence; the worst of it gives the tone. */
export function pageSentence(
  probes: readonly Pick<ProbeAnswer, 'state'>[],
  heartbeats: readonly Pick<HeartbeatAnswer, 'state'>[],
): ToneAndWord {
  const failing = probes.filter(({ state }) => state === 'failing').length;
  const unknown = probes.filter(({ state }) => state === 'unknown' || state === 'waiting').length;
  const wrong = heartbeats.filter(({ state }) => state === 'late' || state === 'failed').length;
  const bad = [
    ...(failing === 0 ? [] : [`${plural(failing, 'probe fails', 'probes fail')}`]),
    ...(wrong === 0 ? [] : [`${plural(wrong, 'heartbeat is late or failed', 'heartbeats are late or failed')}`]),
  ];
  if (bad.length > 0) return { tone: 'critical', word: bad.join(', ') };
  if (unknown > 0) return { tone: 'none', word: `${plural(unknown, 'probe has', 'probes have')} no result to go by` };
  const passing = probes.filter(({ state }) => state === 'passing').length;
  if (passing > 0) return { tone: 'good', word: passing === 1 ? 'The probe passes' : `All ${passing} probes pass` };
  const came = heartbeats.filter(({ state }) => state === 'on time').length;
  if (came > 0) return { tone: 'good', word: 'Every job that checked in is on time' };
  return { tone: 'none', word: 'Nothing has been heard yet' };
}

/** The lines by which a job checks in, with the address as the API gives it. */
export function jobSnippet(url: string, { name, schedule }: Pick<HeartbeatAnswer, 'name' | 'schedule'>): string {
  const fields = schedule.kind === 'cron' ? schedule.expression : '0 * * * *';
  return [
    '# KEY: watchbill key create jobs --for heartbeat',
    `curl -fsS -m 10 --retry 3 ${url}`,
    '# In a crontab, with its exit code:',
    `${fields}  ./${name.replace(/[^\w.-]+/g, '-')}.sh; curl -fsS -m 10 --retry 3 ${url}/$?`,
  ].join('\n');
}
