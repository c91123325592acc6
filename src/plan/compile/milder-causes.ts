import type { Rule } from '../model.ts';
import type { Severity } from '../people.ts';
import type { Context } from './context.ts';
import { NO_SEVERITY } from './severities.ts';

/**
 * Warns of rules that say that a service is down, and are less urgent than a rule of a service that needs it: that one is told all the same,
 * since a page that wakes nobody may not take the place of one that does. Each is named once, with the most urgent that it does not keep quiet.
 */
export function warnOfMilderCauses(rules: readonly Rule[], severities: readonly Severity[], context: Context): void {
  const ranks = new Map(severities.map(({ name }, rank) => [name, rank]));
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const found = new Map<string, Milder & { readonly rule: string; readonly because: string }>();
  for (const { name, enabled, service = '', severity, needs = [] } of rules) {
    if (!enabled) continue;
    for (const need of needs) {
      for (const down of need.rules) {
        const cause = byName.get(down);
        const milder = cause === undefined ? undefined : milderOf(cause.severity, severity, ranks);
        const known = found.get(down);
        if (milder === undefined || (known !== undefined && known.rank <= milder.rank)) continue;
        found.set(down, { ...milder, rule: name, because: `\`${service}\` needs \`${need.service}\`` });
      }
    }
  }
  for (const [down, { rule, because, mild, urgent }] of found) {
    const place = context.entry('rules', down)?.key.span;
    if (place === undefined) continue;
    const message = `\`${down}\` is \`${mild}\` and does not keep \`${rule}\` quiet, which is \`${urgent}\` (${because}).`;
    const hint = `Give \`${down}\` the severity \`${urgent}\`, or leave it so if both are to be told.`;
    context.report.add('W110', place, message, hint);
  }
}

interface Milder {
  /** The severity of the cause, and the more urgent one of what it causes. */
  readonly mild: string;
  readonly urgent: string;
  /** Of the latter; 0 is the most urgent. */
  readonly rank: number;
}

/** The severities in the phase in which what is caused is the most urgent, of those in which it is more urgent than its cause. */
function milderOf(
  cause: Rule['severity'],
  caused: Rule['severity'],
  ranks: ReadonlyMap<string, number>,
): Milder | undefined {
  const phases = new Set([...Object.keys(cause.phases ?? {}), ...Object.keys(caused.phases ?? {})]);
  let worst: Milder | undefined;
  for (const phase of [undefined, ...phases]) {
    const mild = inPhase(cause, phase);
    const urgent = inPhase(caused, phase);
    // A rule that tells nobody in a phase neither keeps anything quiet then nor is kept quiet.
    if (mild === undefined || urgent === undefined || mild === NO_SEVERITY || urgent === NO_SEVERITY) continue;
    const rank = ranks.get(urgent) ?? ranks.size;
    if ((ranks.get(mild) ?? ranks.size) <= rank || (worst !== undefined && worst.rank <= rank)) continue;
    worst = { mild, urgent, rank };
  }
  return worst;
}

function inPhase({ otherwise, phases = {} }: Rule['severity'], phase: string | undefined): string | undefined {
  return (phase === undefined || !Object.hasOwn(phases, phase) ? undefined : phases[phase]) ?? otherwise;
}
