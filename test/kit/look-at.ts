import { readFile } from 'node:fs/promises';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createEgress, type Egress } from '#egress/egress.ts';
import { compilePlan } from '#plan/compile.ts';
import type { Probe } from '#plan/probe.ts';
import { type LookContext, look } from '../../src/probes/look.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { createSystemRandom } from '../../src/system-random.ts';
import { clock } from './postgres.ts';

/** The probes of a plan that has no mistake. */
export async function probesOf(path: string): Promise<readonly Probe[]> {
  const { plan, diagnostics } = compilePlan([{ path, text: await readFile(path, 'utf8') }]);
  if (plan === undefined || diagnostics.length > 0) throw new Error(`${path}: ${JSON.stringify(diagnostics)}`);
  return plan.probes ?? [];
}

/** A way out that may reach this machine. */
export function localEgress(): Egress {
  const allow = parseEgressAllow('127.0.0.1');
  return createEgress({ allow: allow.ok ? allow.value : [] });
}

/** What a prober would tell of a probe now. Every secret has the value given. */
export function lookAt(
  probe: Probe,
  egress: Egress,
  secret = '',
  heard: LookContext['heard'] = async () => ({ ok: false, failure: 'Nobody listens here.' }),
): Promise<ProbeResult> {
  return look(
    probe,
    { dueAt: clock.now(), location: 'here', timeoutMs: probe.timeoutMs },
    {
      dialler: egress,
      clock,
      now: () => clock.now(),
      signal: new AbortController().signal,
      secret: () => ({ state: 'known', value: secret }),
      database: (name) => ({ name, url: { secret: 'DATABASE' } }),
      random: createSystemRandom(),
      heard,
    },
  );
}
