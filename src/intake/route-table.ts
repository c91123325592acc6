/** An entry of the table: a method and a path whose segments beginning with `:` are parameters. */
interface Entry {
  readonly method: string;
  readonly path: string;
}

export type RouteMatch<Route> =
  | { readonly state: 'found'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  /** The path is there, for other methods. */
  | { readonly state: 'other-method'; readonly methods: readonly string[] }
  | { readonly state: 'absent' };

/** Finds routes by method and path: by one look-up where the path is fixed. Parameters are a segment each, decoded, and never empty. */
export class RouteTable<Route extends Entry> {
  readonly #fixed = new Map<string, Route[]>();
  readonly #patterns: { readonly segments: readonly string[]; readonly route: Route }[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      if (route.path.includes(':')) this.#patterns.push({ segments: route.path.split('/'), route });
      else this.#fixed.set(route.path, [...(this.#fixed.get(route.path) ?? []), route]);
    }
  }

  find(method: string, path: string): RouteMatch<Route> {
    const candidates = this.#candidates(path);
    const found = candidates.find(
      ({ route }) => route.method === method || (route.method === 'GET' && method === 'HEAD'),
    );
    if (found !== undefined) return { state: 'found', ...found };
    if (candidates.length === 0) return { state: 'absent' };
    return { state: 'other-method', methods: candidates.map(({ route }) => route.method) };
  }

  #candidates(
    path: string,
  ): readonly { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }[] {
    const fixed = this.#fixed.get(path);
    if (fixed !== undefined) return fixed.map((route) => ({ route, parameters: {} }));
    const segments = path.split('/');
    return this.#patterns.flatMap(({ segments: pattern, route }) => {
      const parameters = match(pattern, segments);
      return parameters === undefined ? [] : [{ route, parameters }];
    });
  }
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decode(segment);
    if (value === undefined || value === '') return undefined;
    parameters[part.slice(1)] = value;
  }
  return parameters;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
