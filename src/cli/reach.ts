import { type Client, choosePlan, connect } from './client.ts';
import type { ServerOptionValues } from './options.ts';
import type { Runtime } from './runtime.ts';

/** The server, and paths below the plan that the command is about. */
export async function reach(
  runtime: Runtime,
  options: ServerOptionValues,
): Promise<{ readonly client: Client; readonly path: (...parts: readonly string[]) => string }> {
  const client = await connect(runtime, options);
  const plan = await choosePlan(client, options.plan);
  return { client, path: (...parts) => `/api/plans/${[plan, ...parts].map(encodeURIComponent).join('/')}` };
}

/** The answer as JSON, or what it means in words. */
export function print(runtime: Runtime, options: ServerOptionValues, answer: unknown, text: string): void {
  runtime.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : `${text}\n`);
}
