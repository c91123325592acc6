import type { ReviewAnswer, SampleAnswer, SampleListAnswer } from '#contract/reviews.ts';
import type { JudgeSampleCommand } from '#engine/commands.ts';

/**
 * Samples that people judge. Throw `not-found` for a plan, review or sample that is not there. Without the telemetry store there is only what was
 * judged, and a review says why in `unread`; to judge what nobody has judged throws `telemetry-away` then.
 */
export interface ReviewServices {
  list(plan: string): Promise<{ reviews: ReviewAnswer[] }>;
  samples(plan: string, review: string): Promise<SampleListAnswer>;
  /** Throws `version-conflict` or `already-done` with who was faster, `invalid-request` without the note that is needed. */
  judge(plan: string, command: Omit<JudgeSampleCommand, 'label'>): Promise<SampleAnswer>;
}
