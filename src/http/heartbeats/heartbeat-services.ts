import type { HeartbeatAnswer } from '#contract/heartbeats.ts';
import type { Core } from '#engine/core-process.ts';
import type { HeartbeatData } from '#intake/link.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Heartbeat } from '#plan/probe.ts';
import { isCheckIn, lateAt, watchedHeartbeat } from '#signals/watch/heartbeat-watch.ts';
import { instantField } from '../instant-field.ts';
import { requirePlan } from '../known-plan.ts';
import { rulesAbout } from '../rules-about.ts';
import type { HeartbeatServices } from './services.ts';

export interface HeartbeatServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld' | 'link'>;
  readonly clock: Clock;
  /** Where senders reach intake. */
  readonly intakeUrl: string;
}

/** The heartbeats of the plan in force, with what intake has heard of each. */
export function createHeartbeatServices({ core, clock, intakeUrl }: HeartbeatServicesOptions): HeartbeatServices {
  return {
    async heartbeats(name) {
      requirePlan(core, name);
      const plan = core.lastWorld(name)?.plan;
      if (plan?.heartbeats === undefined) return { heartbeats: [] };
      const data = await core.link.data(name);
      const heard = new Map(data?.heartbeats?.map((one) => [one.name, one]));
      const now = clock.now();
      return {
        heartbeats: plan.heartbeats.map((heartbeat) => {
          const { name: job, service, schedule, graceMs, longestMs } = heartbeat;
          return {
            name: job,
            ...(service === undefined ? {} : { service }),
            schedule,
            graceMs,
            ...(longestMs === undefined ? {} : { longestMs }),
            ...(data === undefined
              ? { state: 'unknown' as const }
              : viewHeartbeat(heartbeat, plan, heard.get(job), now)),
            url: `${intakeUrl}/v1/heartbeats/KEY/${encodeURIComponent(job)}`,
            rules: [...rulesAbout(plan, (test) => test.kind === 'heartbeat' && test.heartbeat === job)],
          };
        }),
      };
    },
  };
}

type Standing = Omit<HeartbeatAnswer, 'name' | 'service' | 'schedule' | 'graceMs' | 'longestMs' | 'url' | 'rules'>;

function viewHeartbeat(
  heartbeat: Heartbeat,
  plan: CompiledPlan,
  heard: HeartbeatData | undefined,
  now: Instant,
): Standing {
  if (heard === undefined) return { state: 'never' };
  const { lastAt, lastState, openSince, endedAt, durationMs, exitCode, message } = heard;
  const late = lateOf(heartbeat, plan, heard);
  return {
    state: stateOf(heartbeat, heard, late, now),
    ...instantField('lastAt', lastAt),
    lastState,
    ...instantField('runningSince', openSince),
    ...instantField('endedAt', endedAt),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(message === undefined ? {} : { message }),
    ...instantField('lateAt', late),
  };
}

function stateOf(
  { longestMs }: Heartbeat,
  { openSince, succeededAt, failedAt }: HeartbeatData,
  late: Instant | undefined,
  now: Instant,
): HeartbeatAnswer['state'] {
  const isOverrun = longestMs !== undefined && openSince !== undefined && now >= openSince + longestMs;
  if (isOverrun || (failedAt ?? 0) > (succeededAt ?? 0)) return 'failed';
  return late !== undefined && now >= late ? 'late' : 'on time';
}

/** When it is late after what came last; undefined when only starts came that nobody watches for their end. */
function lateOf(heartbeat: Heartbeat, { timezone }: CompiledPlan, heard: HeartbeatData): Instant | undefined {
  const test = watchedHeartbeat(heartbeat, timezone, 'late');
  const base = isCheckIn(test, heard.lastState) ? heard.lastAt : heard.endedAt;
  return base === undefined ? undefined : lateAt(test, base, true);
}
