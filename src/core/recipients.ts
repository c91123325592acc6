import type { CompiledPlan, Rule } from '#plan/model.ts';
import type { Recipient } from '#plan/people.ts';

/** One address of one message: who, by which channel. */
export interface Target {
  /** Person's name, or the address as the plan writes it, such as `webhook:shop`, for a recipient that is no person. */
  readonly recipient: string;
  /** Name of the channel binding. */
  readonly channel: string;
  /** The role through which the person is told. */
  readonly via?: string;
}

/** Whom a rule tells at a severity: its own list replaces the severity's. */
export function recipientsOf(plan: CompiledPlan, rule: Rule, severity: string): readonly Recipient[] {
  return rule.notify ?? plan.severities.find(({ name }) => name === severity)?.notify ?? [];
}

/** One target per person and channel, however many lines and roles lead to it; and the persons whom no channel reaches. */
export function targetsOf(recipients: readonly Recipient[]): {
  readonly targets: readonly Target[];
  readonly unreachable: readonly string[];
} {
  const targets = new Map<string, Target>();
  const unreachable = new Set<string>();
  const add = (target: Target): void => {
    const key = JSON.stringify([target.recipient, target.channel]);
    if (!targets.has(key)) targets.set(key, target);
  };
  for (const recipient of recipients) {
    if (recipient.kind === 'channel') {
      add({ recipient: recipient.target, channel: recipient.channel });
      continue;
    }
    if (recipient.channels.length === 0) unreachable.add(recipient.person);
    for (const channel of recipient.channels) {
      add({ recipient: recipient.person, channel, ...(recipient.via === undefined ? {} : { via: recipient.via }) });
    }
  }
  const reached = new Set([...targets.values()].map((target) => target.recipient));
  return { targets: [...targets.values()], unreachable: [...unreachable].filter((person) => !reached.has(person)) };
}
