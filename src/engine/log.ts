/** Where the engine says what operators have to know; never holds a secret or an address of a person. */
export type Log = (
  level: 'info' | 'warning' | 'error',
  message: string,
  details?: Readonly<Record<string, string | number | boolean>>,
) => void;

/** What went wrong, for a log: the message only, since stacks and causes of drivers quote values. */
export function describeProblem(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
