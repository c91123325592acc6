import type { Instant } from '#kernel/instant.ts';
import type { Condition, TestId } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';
import { advanceTrueSince, completesAt, type TrueSince } from './true-since.ts';

/** A condition that people decide. */
export type VouchingUnit = Extract<Condition, { readonly kind: 'review-wrong' | 'comparison-differs' }>;

/** What a condition is held against: one rule in one group at one instant. */
export interface ConditionContext {
  readonly at: Instant;
  readonly truthOf: (test: TestId) => Truth;
  readonly ruleFiring: (rule: string) => Truth;
  /** Whether people found something wrong in this review, or differing in this comparison. */
  readonly vouchedAgainst: (unit: VouchingUnit) => boolean;
  /** The counts of the condition's `for`s as they stood before. */
  readonly before: Readonly<Record<string, TrueSince>>;
  /**
   * An alert is open: a `for` that asks for its opening is then satisfied by its inner condition, since a duration delays an alert
   * but does not end one. Without this, a dip of a second in a failure of an hour would close it for the length of the `for`.
   */
  readonly open: boolean;
}

export interface Evaluated {
  readonly truth: Truth;
  /** The counts as they stand now. */
  readonly trueSince: Readonly<Record<string, TrueSince>>;
  /** When the earliest count is complete. */
  readonly dueAt?: Instant;
}

/** Evaluates by Kleene's three values: unknown wins unless the other operands decide alone. */
export function evaluateCondition(condition: Condition, context: ConditionContext): Evaluated {
  const trueSince: Record<string, TrueSince> = {};
  let dueAt: Instant | undefined;

  function evaluate(node: Condition, affirmed: boolean): Truth {
    switch (node.kind) {
      case 'test':
        return context.truthOf(node.test);
      case 'rule-firing':
        return context.ruleFiring(node.rule);
      case 'review-wrong':
      case 'comparison-differs':
        return context.vouchedAgainst(node) ? 'true' : 'false';
      case 'not':
        return not(evaluate(node.of, !affirmed));
      // Every operand is evaluated even when one decides: the counts inside the others go on.
      case 'and':
        return node.of.map((part) => evaluate(part, affirmed)).reduce(and, 'true');
      case 'or':
        return node.of.map((part) => evaluate(part, affirmed)).reduce(or, 'false');
      case 'for': {
        const inner = evaluate(node.of, affirmed);
        const { entry, truth } = advanceTrueSince(context.before[node.id], inner, node.ms, context.at);
        if (entry !== undefined) {
          trueSince[node.id] = entry;
          const due = completesAt(entry, node.ms, context.at);
          if (due !== undefined && (dueAt === undefined || due < dueAt)) dueAt = due;
        }
        return context.open && affirmed && inner === 'true' ? 'true' : truth;
      }
    }
  }

  const truth = evaluate(condition, true);
  return { truth, trueSince, ...(dueAt === undefined ? {} : { dueAt }) };
}

export function not(truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown';
  return truth === 'true' ? 'false' : 'true';
}

export function and(left: Truth, right: Truth): Truth {
  if (left === 'false' || right === 'false') return 'false';
  return left === 'true' && right === 'true' ? 'true' : 'unknown';
}

export function or(left: Truth, right: Truth): Truth {
  if (left === 'true' || right === 'true') return 'true';
  return left === 'false' && right === 'false' ? 'false' : 'unknown';
}
