import { limits } from '#kernel/limits.ts';
import type { EventRecord } from '#signals/record.ts';
import { bareAttributes } from './decoding.ts';
import type { FromCore } from './link.ts';

export type FactMessage = Extract<FromCore, { readonly type: 'facts' }>;

/** Facts are events of one of these names, so that a plan can use them as a source. */
const FAMILIES: readonly (readonly [prefix: string, name: string])[] = [
  ['alert-', 'alert'],
  ['notified', 'notification'],
  ['not-notified', 'notification'],
  ['delivery-', 'notification'],
];

const OTHER_FAMILY = 'plan';

/** The names that facts have as events. */
export const factEventNames: ReadonlySet<string> = new Set([OTHER_FAMILY, ...FAMILIES.map(([, name]) => name)]);

/** Versions of services are texts, and ours is a number: one name for both would be read wrong in a search. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map([['version', 'plan_version']]);

/**
 * A fact of the core as an event of its plan. What does not fit the limits of a record is cut; a fact is never refused. Its fields have
 * their own types, whatever the product sends under the same names, and fix none.
 */
export function recordOfFact(plan: string, fact: FactMessage['facts'][number]): EventRecord {
  const attributes = bareAttributes();
  let count = 0;
  const add = (key: string, value: unknown): void => {
    if (value === null || value === undefined || count >= limits.attributesPerRecord) return;
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const [inner, one] of Object.entries(value)) add(`${key}.${inner}`, one);
      return;
    }
    if (key.length * 3 > limits.attributeKeyBytes) return;
    attributes[key] =
      typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
        ? value
        : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, limits.attributeValueBytes / 4);
    count += 1;
  };
  add('kind', fact.kind);
  add('subject', fact.subject);
  add('reason', fact.reason);
  add('sequence', fact.sequence);
  for (const [key, value] of Object.entries(fact.body)) add(OWN_NAMES.get(key) ?? key, value);
  const name = FAMILIES.find(([prefix]) => fact.kind.startsWith(prefix))?.[1] ?? OTHER_FAMILY;
  return { name, time: fact.at, id: `fact-${plan}-${fact.sequence}`, attributes };
}
