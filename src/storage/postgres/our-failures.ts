import { describePostgresProblem } from './problem.ts';

/** The same methods, whose failures are said in our codes: `not-ready` while PostgreSQL is away, `invalid-request` for what it cannot hold. */
export function withOurFailures<Methods extends object>(methods: Methods): Methods {
  const guarded = Object.entries(methods).map(([name, method]: [string, (...given: unknown[]) => unknown]) => [
    name,
    (...given: unknown[]) => {
      const answer = method(...given);
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((problem: unknown) => {
        throw describePostgresProblem(problem);
      });
    },
  ]);
  return Object.fromEntries(guarded) as Methods;
}
