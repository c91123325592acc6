import { hash } from 'node:crypto';
import type { CompiledPlan } from '#plan/model.ts';
import type { PlanOrders, ProberOrders } from '#plan/prober-orders.ts';
import type { Intake } from '../intake.ts';

/** What a plan's orders are before anybody asks for them, as JSON; made once for each version in force. */
const written = new WeakMap<CompiledPlan, string>();

/** What the prober of a location is to do for the plans of these names. `revision` is what it has already. */
export function ordersFor(
  intake: Pick<Intake, 'plans' | 'now' | 'looks'>,
  names: readonly string[],
  location: string,
  revision: string | undefined,
): ProberOrders {
  const found = names.flatMap((name) => {
    const plan = intake.plans.get(name);
    return plan?.probes === undefined || plan.probes.length === 0 ? [] : [[name, plan] as const];
  });
  const current = hash('sha256', found.map(([name, plan]) => `${name}\n${write(name, plan)}`).join('\n'), 'base64url');
  const head = { now: intake.now(), revision: current };
  if (revision === current) return head;
  const plans = found.map(
    ([name, plan]): PlanOrders => ({ ...base(name, plan), last: intake.looks(name).of(location) }),
  );
  return { ...head, plans };
}

function write(name: string, plan: CompiledPlan): string {
  const known = written.get(plan);
  if (known !== undefined) return known;
  // The hash stands for the text, which is large and asked for every second.
  const made = hash('sha256', JSON.stringify(base(name, plan)), 'base64url');
  written.set(plan, made);
  return made;
}

function base(name: string, plan: CompiledPlan): Omit<PlanOrders, 'last'> {
  const { timezone, launch, phases, probes = [], databases = [] } = plan;
  return { plan: name, timezone, ...(launch === undefined ? {} : { launch }), phases, probes, databases };
}
