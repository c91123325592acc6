import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnvironment } from './environment.ts';
import { answerFailure } from './failures.ts';

/** A router whose refused input is answered like every other failure: with its code and the field. */
export function createRouter(): OpenAPIHono<ApiEnvironment> {
  return new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result, context) => {
      if (result.success) return undefined;
      const issue = result.error.issues[0];
      const message = issue?.message ?? 'The request is not valid.';
      return answerFailure(context, context.get('requestId'), 'invalid-request', message, issue?.path.join('.'));
    },
  });
}
