import { type Client, choosePlan, connect } from './client.ts';
import type { ServerOptionValues } from './options.ts';
import type { Runtime } from './runtime.ts';
import { shownLines } from './shown.ts';

/** The server, and paths below the plan that the command is about. */
export async function reach(
  runtime: Runtime,
  options: ServerOptionValues,
): Promise<{
  readonly client: Client;
  readonly plan: string;
  readonly path: (...parts: readonly string[]) => string;
}> {
  const client = await connect(runtime, options);
  const plan = await choosePlan(client, options.plan);
  return { client, plan, path: (...parts) => `/api/plans/${[plan, ...parts].map(encodeURIComponent).join('/')}` };
}

/** The answer as JSON, or what it means in words, which may quote what anybody sent. */
export function print(runtime: Runtime, options: ServerOptionValues, answer: unknown, text: string): void {
  runtime.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : `${shownLines(text)}\n`);
}
