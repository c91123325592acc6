import type { RouteDeclaration } from '#contract/route.ts';

/** One call of a route, as a client makes it, and what the verb must ask of the services for it. */
export interface RouteCall {
  readonly route: RouteDeclaration;
  /** With its parameters and query, from `/api` on. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The name by which the stand-in writes the question down, and the question. */
  readonly asks: readonly unknown[];
}

/** What was asked of the stand-ins since `forgetQuestions`. */
export const asked: unknown[][] = [];
let broken: Error | undefined;

/** From now on every question fails like this, until `forgetQuestions`. */
export function breakServices(failure: Error): void {
  broken = failure;
}

export function forgetQuestions(): void {
  asked.length = 0;
  broken = undefined;
}

/** Writes a question down and gives the answer. */
export function record<Answer>(answer: Answer, ...question: unknown[]): Promise<Answer> {
  asked.push(question);
  return broken === undefined ? Promise.resolve(answer) : Promise.reject(broken);
}
