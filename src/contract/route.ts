import type { z } from 'zod';
import type { Permission } from './access.ts';

/**
 * What an access is held against: `plan` is the plan in the path, where a foreign one is answered like a missing one;
 * `server` needs the level on the whole server; `self` is anybody who is signed in, about themselves; `public` is everybody.
 */
export type Scope = 'plan' | 'server' | 'self' | 'public';

/** One route of the API, as data: the server, its OpenAPI description, the clients' types and the permission matrix derive from it. */
export interface RouteDeclaration {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/api`, with parameters in braces: `/plans/{plan}/alerts`. */
  readonly path: `/${string}`;
  readonly permission: Permission;
  readonly scope: Scope;
  /** One sentence for the documentation. */
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Of one answer, or of one message of a stream. */
  readonly answer: z.ZodType;
  /** Set when the answer is no JSON document but a stream of messages. */
  readonly stream?: 'text/event-stream' | 'application/x-ndjson';
}

/** Keeps the declaration's own types. A path with `{plan}` and the scope `plan` go together. */
export function declareRoute<const Declaration extends RouteDeclaration>(declaration: Declaration): Declaration {
  return declaration;
}
