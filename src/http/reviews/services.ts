import type { ReviewAnswer, SampleAnswer, SampleListAnswer } from '#contract/reviews.ts';
import type { JudgeSampleCommand } from '#engine/commands.ts';

/** Samples that people judge. Throw `not-found` for a plan, review or sample that is not there, `telemetry-away` without the telemetry store. */
export interface ReviewServices {
  list(plan: string): Promise<{ reviews: ReviewAnswer[] }>;
  samples(plan: string, review: string): Promise<SampleListAnswer>;
  /** Throws `version-conflict` or `already-done` with who was faster, `invalid-request` without the note that is needed. */
  judge(plan: string, command: Omit<JudgeSampleCommand, 'label'>): Promise<SampleAnswer>;
}
