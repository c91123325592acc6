import type { DurationMs } from '#kernel/instant.ts';

export interface Person {
  readonly name: string;
  readonly email?: string;
  readonly phone?: SecretOr<string>;
  /** Chat with the bot. */
  readonly telegram?: SecretOr<string>;
  /** Topic that this person subscribes to. */
  readonly ntfy?: SecretOr<string>;
}

export type SecretOr<Value> = { readonly secret: string } | { readonly literal: Value };

/** A channel that the plan configures, e.g. `webhook` named `ops`. */
export interface ChannelBinding {
  readonly name: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, SecretOr<string | number | boolean>>>;
  /** The plan does not bind it; it is an account of the installation. */
  readonly implied?: true;
}

/**
 * Whom a line tells, already resolved to persons and channels: `mia by app` gives a person, `webhook:ops` the channel bound as `ops`,
 * `slack:#x` the one bound as `x` or else as `slack`; the target is the address as written.
 */
export type Recipient =
  | { readonly kind: 'person'; readonly person: string; readonly channels: readonly string[]; readonly via?: string }
  | { readonly kind: 'channel'; readonly channel: string; readonly target: string };

export interface Severity {
  readonly name: string;
  readonly also?: string;
  readonly means: readonly string[];
  readonly notify: readonly Recipient[];
  /** To acknowledge, from the alert's start. */
  readonly respondMs?: DurationMs;
}
