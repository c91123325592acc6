import { type Allowance, parseEgressAllow } from '#egress/allowance.ts';
import { createEgress } from '#egress/egress.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { IntakeLink } from './intake-link.ts';
import { Prober, type ProberOptions } from './prober.ts';

export interface RunProberOptions extends Omit<ProberOptions, 'intake' | 'dialler'> {
  /** Where intake is reached. */
  readonly intakeUrl: string;
  readonly key: string;
  /** What targets may be beside public addresses. */
  readonly allow: readonly Allowance[];
}

/** A prober with its two ways out: that to the targets, which is guarded, and that to intake, which leads nowhere else. */
export function runProber(options: RunProberOptions): { readonly prober: Prober; stop(): Promise<void> } {
  const { intakeUrl, key, allow, ...rest } = options;
  const url = intakeUrl.replace(/\/+$/, '');
  const targets = createEgress({ allow });
  const toIntake = createEgress({ allow: placeOf(url) });
  const intake = new IntakeLink({ url, key, location: options.location, transport: toIntake });
  const prober = new Prober({ ...rest, intake, dialler: (plan) => targets.forPlan(plan) });
  prober.start();
  return {
    prober,
    async stop() {
      await prober.stop();
      targets.close();
      toIntake.close();
    },
  };
}

/** The one place that the way to intake leads to, private or not: whoever started us named it. */
function placeOf(url: string): readonly Allowance[] {
  const place = parseEgressAllow(new URL(url).host);
  if (!place.ok) throw new WatchbillError('configuration-invalid', `Intake cannot be reached at ${url}.`);
  return place.value;
}
