import type { EventFieldsAnswer, EventPageAnswer, EventRatesAnswer, RejectionsAnswer } from '#contract/data.ts';

/** What came in for a plan. Throws `not-found` for a plan that is not there, `telemetry-away` without the telemetry store. */
export interface DataServices {
  events(
    plan: string,
    query: { readonly name?: string; readonly before?: string; readonly limit: number },
  ): Promise<EventPageAnswer>;
  fields(plan: string): Promise<EventFieldsAnswer>;
  /** Needs no store: intake counts. */
  rejections(plan: string): Promise<RejectionsAnswer>;
  rates(plan: string): Promise<EventRatesAnswer>;
}
