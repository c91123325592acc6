import { createContext, use } from 'react';

/** The zone of the plan that is looked at, for the hover of times. */
export const PlanZoneContext = createContext<string | undefined>(undefined);

/** IANA zone of the plan that is looked at; undefined outside of one. */
export function usePlanZone(): string | undefined {
  return use(PlanZoneContext);
}
