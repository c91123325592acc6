import type { CompiledPlan } from './model.ts';

/** The names of the secrets that intake needs for a plan: those by which webhooks are recognised, and those it shows to scraped targets. */
export function intakeSecrets({
  webhooks = [],
  scrapes = [],
}: Pick<CompiledPlan, 'webhooks' | 'scrapes'>): readonly string[] {
  const ofWebhooks = webhooks.map(({ secret }) => secret);
  const ofScrapes = scrapes.flatMap(({ tokenSecret }) => (tokenSecret === undefined ? [] : [tokenSecret]));
  return [...new Set([...ofWebhooks, ...ofScrapes])];
}
