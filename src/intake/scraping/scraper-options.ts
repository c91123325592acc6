import type { Instant } from '#kernel/instant.ts';
import type { Clock, Transport } from '#kernel/ports.ts';
import type { Result } from '#kernel/result.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Submission } from '../acceptance.ts';
import type { RequestRefusal } from '../receiver.ts';
import type { SecretState } from '../secrets.ts';

export interface ScraperOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Of what was taken in; never goes back. */
  readonly now: () => Instant;
  readonly plans: () => ReadonlyMap<string, CompiledPlan>;
  readonly secret: (name: string) => SecretState;
  /** Resolves when the points are on disk. */
  readonly accept: (submission: Submission) => Promise<Result<unknown, RequestRefusal>>;
  readonly log: (message: string) => void;
}
