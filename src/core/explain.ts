import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Rule } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import { Draft } from './draft.ts';
import { silentAfter } from './due.ts';
import { evidenceOf } from './evidence.ts';
import { groupsOf } from './groups.ts';
import type {
  Acknowledgement,
  DecisionReason,
  Evidence,
  Fact,
  Judgement,
  ResolveReason,
  Silence,
  World,
} from './model.ts';
import { inForce, phaseOf } from './phases.ts';
import { type DownNeed, downNeedOf } from './refusal.ts';
import { silencesOf } from './silences.ts';
import type { Via } from './via.ts';
import { judgementKey } from './world.ts';

/** Why an alert fired and ended, who was told by what, who was not and why not: a look-up in its facts. */
export interface AlertExplanation {
  readonly kind: 'alert';
  readonly alert: string;
  readonly rule: string;
  readonly group: GroupKey;
  readonly severity: string;
  readonly planVersion: number;
  /** The rule's condition as written, if the plan still has it. */
  readonly condition?: string;
  readonly state: 'firing' | 'resolved';
  readonly openedAt: Instant;
  readonly evidence: readonly Evidence[];
  readonly resolved?: { readonly at: Instant; readonly because: ResolveReason; readonly evidence: readonly Evidence[] };
  readonly told: readonly Told[];
  readonly notTold: readonly NotTold[];
  readonly acknowledged?: Acknowledgement;
  /** Spells in which the condition could not be judged, flapping, silences that began and ended: what is neither of the above. */
  readonly notes: readonly Note[];
}

export interface Note {
  readonly at: Instant;
  readonly kind: Fact['kind'];
  readonly reason: DecisionReason;
  readonly silence?: SilenceNote;
  /** Who ended the silence, or whose command was refused. */
  readonly by?: string;
}

/** A silence as the facts about an alert name it. */
export interface SilenceNote {
  readonly silence: string;
  readonly by?: string;
  readonly until?: Instant;
  readonly why?: string;
}

export interface Told {
  readonly at: Instant;
  readonly step: string;
  readonly cycle: number;
  readonly recipient: string;
  readonly channel: string;
  readonly via?: string;
  readonly reason: DecisionReason;
  /** In order; none yet means that it waits in the queue. */
  readonly attempts: readonly DeliveryAttempt[];
}

export interface DeliveryAttempt {
  readonly at: Instant;
  readonly result: 'accepted' | 'retried' | 'failed' | 'unknown';
  readonly reason: DecisionReason;
  readonly problem?: string;
}

export interface NotTold {
  readonly at: Instant;
  readonly step: string;
  readonly reason: DecisionReason;
  /** The alerts, persons or silences because of which. */
  readonly by: readonly string[];
  /** What is down of those that its service needs. */
  readonly service?: string;
  /** Of the silence that lasts longest. */
  readonly silence?: SilenceNote;
}

const RESULTS: Partial<Record<Fact['kind'], DeliveryAttempt['result']>> = {
  'delivery-accepted': 'accepted',
  'delivery-retried': 'retried',
  'delivery-failed': 'failed',
  'delivery-unknown': 'unknown',
};

/**
 * Explains an alert from the facts about it, in the order of their sequence numbers (others are passed over). Undefined when there is
 * none that it fired.
 */
export function explainAlert(alert: string, facts: readonly Fact[], plan?: CompiledPlan): AlertExplanation | undefined {
  const own = facts.filter((fact) => fact.subject === alert || fact.body.alert === alert);
  const fired = own.find((fact) => fact.kind === 'alert-fired');
  if (fired === undefined) return undefined;
  const resolved = own.find((fact) => fact.kind === 'alert-resolved');
  const acknowledged = own.find((fact) => fact.kind === 'alert-acknowledged');
  const rule = fired.body.rule as string;
  const condition = plan?.rules.find(({ name }) => name === rule)?.text;
  const told = own
    .filter((fact) => fact.kind === 'notified')
    .map(
      (fact): Told => ({
        at: fact.at,
        step: fact.body.step as string,
        cycle: fact.body.cycle as number,
        recipient: fact.body.recipient as string,
        channel: fact.body.channel as string,
        ...(fact.body.via === undefined ? {} : { via: fact.body.via as string }),
        reason: fact.reason,
        attempts: own.filter((other) => isAttemptOf(other, fact)).map(attemptOf),
      }),
    );
  return {
    kind: 'alert',
    alert,
    rule,
    group: fired.body.group as GroupKey,
    severity: fired.body.severity as string,
    planVersion: fired.body.planVersion as number,
    ...(condition === undefined ? {} : { condition }),
    state: resolved === undefined ? 'firing' : 'resolved',
    openedAt: fired.at,
    evidence: fired.body.evidence as readonly Evidence[],
    ...(resolved === undefined
      ? {}
      : {
          resolved: {
            at: resolved.at,
            because: resolved.reason as ResolveReason,
            evidence: resolved.body.evidence as readonly Evidence[],
          },
        }),
    told,
    notTold: own
      .filter((fact) => fact.kind === 'not-notified')
      .map((fact) => ({
        at: fact.at,
        step: fact.body.step as string,
        reason: fact.reason,
        by: (fact.body.by as readonly string[] | undefined) ?? [],
        ...(typeof fact.body.service === 'string' ? { service: fact.body.service } : {}),
        ...(fact.reason === 'silenced' ? { silence: keptQuietBy(fact) } : {}),
      })),
    ...(acknowledged === undefined
      ? {}
      : {
          acknowledged: {
            by: acknowledged.body.by as string,
            at: acknowledged.at,
            via: acknowledged.body.via as Via,
          },
        }),
    notes: own.filter(({ kind }) => NOTED.has(kind)).map(noteOf),
  };
}

/** Facts about an alert that are told neither as its beginning and end nor as a message. */
const NOTED: ReadonlySet<Fact['kind']> = new Set([
  'not-evaluated',
  'evaluated-again',
  'alert-flapping',
  'alert-silenced',
  'alert-unsilenced',
  'command-refused',
]);

function noteOf({ at, kind, reason, body }: Fact): Note {
  switch (kind) {
    case 'alert-silenced':
      return { at, kind, reason, silence: silenceNote(body.silence, body.by, body.until, body.why) };
    case 'alert-unsilenced': {
      const by = body.endedBy as string | undefined;
      return { at, kind, reason, silence: silenceNote(body.silence), ...(by === undefined ? {} : { by }) };
    }
    case 'command-refused':
      return { at, kind, reason, by: String(body.by) };
    default:
      return { at, kind, reason };
  }
}

function keptQuietBy({ body }: Fact): SilenceNote {
  const [longest = ''] = (body.by as readonly string[] | undefined) ?? [];
  return silenceNote(longest, body.silencedBy, body.until, body.why);
}

function silenceNote(silence: unknown, by?: unknown, until?: unknown, why?: unknown): SilenceNote {
  return {
    silence: String(silence),
    ...(typeof by === 'string' ? { by } : {}),
    ...(typeof until === 'number' ? { until } : {}),
    ...(typeof why === 'string' ? { why } : {}),
  };
}

function isAttemptOf(fact: Fact, notified: Fact): boolean {
  if (RESULTS[fact.kind] === undefined) return false;
  return (['step', 'cycle', 'recipient', 'channel'] as const).every((name) => fact.body[name] === notified.body[name]);
}

function attemptOf(fact: Fact): DeliveryAttempt {
  const problem = fact.body.problem;
  return {
    at: fact.at,
    result: RESULTS[fact.kind] ?? 'unknown',
    reason: fact.reason,
    ...(typeof problem === 'string' ? { problem } : {}),
  };
}

/** How a rule stands, above all when it does not fire: each test with its reading in every group. */
export interface RuleExplanation {
  readonly kind: 'rule';
  readonly rule: string;
  readonly condition: string;
  readonly state: 'disabled' | 'asleep' | 'judged';
  readonly phase?: string;
  /** Since when nothing is judged, because the executors are silent. */
  readonly silentSince?: Instant;
  readonly groups: readonly GroupStanding[];
}

export interface GroupStanding {
  readonly group: GroupKey;
  readonly state: Judgement['state'] | 'inactive';
  readonly since?: Instant;
  /** When a duration will be complete if nothing changes. */
  readonly dueAt?: Instant;
  readonly alert?: string;
  readonly told?: boolean;
  readonly acknowledged?: Acknowledgement;
  /** What would keep it quiet now, the one that lasts longest first. */
  readonly silences: readonly Silence[];
  /** What keeps its alert quiet now: a service that its own needs, and the alerts that say that it is down. */
  readonly needsDown?: DownNeed;
  readonly evidence: readonly Evidence[];
}

/** Explains a rule from the world as it stands; undefined when the plan has no such rule. */
export function explainRule(world: World, name: string, now: Instant): RuleExplanation | undefined {
  const rule = world.plan.rules.find((candidate) => candidate.name === name);
  if (rule === undefined) return undefined;
  const force = inForce(rule, phaseOf(world, name));
  const state = !rule.enabled ? 'disabled' : force === undefined ? 'asleep' : 'judged';
  const phase = phaseOf(world, name);
  return {
    kind: 'rule',
    rule: name,
    condition: rule.text,
    state,
    ...(phase === undefined ? {} : { phase }),
    ...(now > silentAfter(world) ? { silentSince: world.watermark } : {}),
    groups: state === 'judged' ? standings(world, rule) : [],
  };
}

function standings(world: World, rule: Rule): readonly GroupStanding[] {
  const draft = new Draft(world);
  const force = inForce(rule, phaseOf(world, rule.name));
  if (force === undefined) return [];
  return groupsOf(draft, rule).map((group) => {
    const judgement = world.judgements.get(judgementKey(rule.name, group));
    const alert = judgement?.alert === undefined ? undefined : world.alerts.get(judgement.alert);
    const needsDown = alert === undefined ? undefined : downNeedOf(draft, alert, rule);
    return {
      group,
      state: judgement?.state ?? 'inactive',
      ...(judgement === undefined ? {} : { since: judgement.since }),
      ...(judgement?.dueAt === undefined ? {} : { dueAt: judgement.dueAt }),
      ...(alert === undefined ? {} : { alert: alert.key, told: alert.told }),
      ...(alert?.acknowledged === undefined ? {} : { acknowledged: alert.acknowledged }),
      silences: silencesOf(world, { rule: rule.name, group }),
      ...(needsDown === undefined ? {} : { needsDown }),
      evidence: evidenceOf(draft, force.when, group),
    };
  });
}
