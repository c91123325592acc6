/** All that a service needs, itself or by way of others, the nearest first; never the service itself, also in a circle. */
export function neededServices(service: string, needs: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set([service]);
  // What is added while it runs is visited too, so this goes outwards.
  for (const one of found) for (const need of needs.get(one) ?? []) found.add(need);
  found.delete(service);
  return [...found];
}
