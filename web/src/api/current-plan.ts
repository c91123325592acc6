import { useParams } from '@tanstack/react-router';

const REMEMBERED = 'watchbill-plan';

/** The plan in the page's address. Only for pages below a plan. */
export function usePlanName(): string {
  const { plan } = useParams({ strict: false }) as { readonly plan?: string };
  if (plan === undefined) throw new Error('This page has no plan in its address.');
  return plan;
}

/** A parameter of the page's address, such as `signal`; it has to be part of its pattern. */
export function useParameter(name: string): string {
  const value = (useParams({ strict: false }) as Readonly<Record<string, string | undefined>>)[name];
  if (value === undefined) throw new Error(`This page has no ${name} in its address.`);
  return value;
}

/** The plan that was looked at last, for pages that have none in their address. */
export function rememberedPlan(): string | undefined {
  try {
    return localStorage.getItem(REMEMBERED) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberPlan(plan: string): void {
  try {
    localStorage.setItem(REMEMBERED, plan);
  } catch {
    // Private windows may refuse: then the first plan is shown.
  }
}
