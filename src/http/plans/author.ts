import { type Actor, may } from '../actor.ts';
import type { PlanAuthor } from './services.ts';

/** Somebody as the author of a plan. */
export function authorOf(actor: Actor): PlanAuthor {
  return { by: actor.name, maySetSecrets: may(actor, 'administer') };
}
