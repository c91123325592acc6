/** How many requests were answered, by the route as it is declared and the status: never by what stood in an address. */
export class RequestCounts {
  readonly #counts: Map<string, { readonly route: string; readonly status: number; count: number }> = new Map();

  add(route: string, status: number): void {
    const key = `${status} ${route}`;
    const counted = this.#counts.get(key);
    if (counted === undefined) this.#counts.set(key, { route, status, count: 1 });
    else counted.count += 1;
  }

  get all(): readonly { readonly route: string; readonly status: number; readonly count: number }[] {
    return [...this.#counts.values()];
  }
}

/** What a request counts as that no route is declared for. */
export const NO_ROUTE = 'none';
