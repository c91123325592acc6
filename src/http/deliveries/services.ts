import type { DeliveryPage } from '#contract/deliveries.ts';

export interface DeliveryServices {
  /** The delivery log. Throws `not-found` for a plan that is not there. */
  list(
    plan: string,
    query: {
      readonly state?: 'waiting' | 'sent' | 'failed' | undefined;
      readonly channel?: string | undefined;
      readonly recipient?: string | undefined;
      readonly alert?: string | undefined;
      readonly before?: number | undefined;
      readonly limit: number;
    },
  ): Promise<DeliveryPage>;
}
