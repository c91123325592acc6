/** A verdict over whole phases: whether checks found nothing in them from beginning to end. */
export interface Assessment {
  readonly name: string;
  /** At least one, each once. */
  readonly of: readonly AssessedCheck[];
  /** Names of phases, in the order of the plan; each of them has a verdict of its own. */
  readonly during: readonly string[];
}

/** Something that is as it should be or is not, at any time. */
export type AssessedCheck =
  | { readonly kind: 'probe'; readonly name: string }
  /** A part that the probe's answers tell of. */
  | { readonly kind: 'part'; readonly name: string; readonly probe: string; readonly part: string }
  | { readonly kind: 'heartbeat'; readonly name: string }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'review'; readonly name: string }
  | { readonly kind: 'comparison'; readonly name: string };
