import type { SilenceAnswer } from '#contract/silences.ts';
import type { Silence } from '#core/model.ts';
import type { Core } from '#engine/core-process.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { groupKeyOf, groupValues } from '../group-values.ts';
import { requirePlan } from '../known-plan.ts';
import type { SilenceServices } from './services.ts';

/** Silences on the core. */
export function createSilenceServices(core: Core, clock: Clock): SilenceServices {
  return {
    async list(plan, { state, before, limit }) {
      requirePlan(core, plan);
      const { rows, next } = await core.silences(plan, {
        limit,
        ...(state === undefined ? {} : { lasting: state === 'lasting' }),
        ...(before === undefined ? {} : { before }),
      });
      return { silences: rows.map(viewSilence), ...(next === undefined ? {} : { next }) };
    },
    async begin(plan, { rule, group, forMs, reason }, { by, via }) {
      requirePlan(core, plan);
      const key = group === undefined || rule === undefined ? undefined : groupKeyOf(core.world(plan), rule, group);
      // A group without a rule is refused by the core in its own words.
      const named = group === undefined ? {} : { group: key ?? JSON.stringify(group) };
      return viewSilence(
        await core.silence(plan, {
          ...(rule === undefined ? {} : { rule }),
          ...named,
          until: clock.now() + forMs,
          reason,
          by,
          via,
        }),
      );
    },
    async end(plan, command) {
      requirePlan(core, plan);
      return viewSilence(await core.endSilence(plan, command));
    },
  };
}

function viewSilence({ key, rule, group, from, until, reason, by, version, ended }: Silence): SilenceAnswer {
  return {
    silence: key,
    ...(rule === undefined ? {} : { rule }),
    ...(group === undefined ? {} : { group: groupValues(group) }),
    from: formatInstant(from),
    until: formatInstant(until),
    reason,
    by,
    version,
    ...(ended === undefined ? {} : { ended: { ...ended, at: formatInstant(ended.at) } }),
  };
}
