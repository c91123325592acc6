import type { LinkGrant } from './link-token.ts';

/** An alert as the link's page shows it. Instants are shown in the plan's zone. */
export interface LinkedAlert {
  readonly plan: string;
  readonly planTitle: string;
  readonly alert: string;
  readonly rule: string;
  /** Values of the group, joined; empty for an ungrouped rule. */
  readonly group: string;
  readonly severity: string;
  readonly condition: string;
  readonly readings: readonly { readonly text: string; readonly value: string }[];
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  readonly openedAtShown: string;
  readonly resolvedAtShown?: string;
  readonly acknowledged?: { readonly by: string; readonly atShown: string };
  readonly runbook?: string;
  /** Of the alert in the app. */
  readonly url: string;
  /** Whose link it is. */
  readonly person: string;
  readonly version: number;
}

export interface AcknowledgeLinkServices {
  /** What a token grants. */
  read(
    token: string,
  ): { readonly state: 'valid' | 'expired'; readonly grant: LinkGrant } | { readonly state: 'forged' };
  /** The alert of a grant; undefined when it, its plan or the person in it is gone. */
  find(grant: LinkGrant): Promise<LinkedAlert | undefined>;
  /**
   * Acknowledges as the person of the grant. Throws `version-conflict` when the alert is not as it was seen any more, and `not-found` when
   * it, its plan or the person in it is gone.
   */
  acknowledge(grant: LinkGrant, expectedVersion: number): Promise<void>;
}
