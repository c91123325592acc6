import type { z } from 'zod';
import type { RouteDeclaration } from '#contract/route.ts';
import type { Actor } from './actor.ts';
import type { AuditDetail } from './audit/audited.ts';
import type { ApiServices } from './services.ts';

type Output<Route, Name extends 'params' | 'query' | 'body'> = Route extends { readonly [key in Name]: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : undefined
  : undefined;

/** One request, checked: who sent it may send it, and every part has the declared shape. */
export interface VerbInput<Route extends RouteDeclaration> {
  readonly params: Output<Route, 'params'>;
  readonly query: Output<Route, 'query'>;
  readonly body: Output<Route, 'body'>;
  readonly actor: Route['scope'] extends 'public' ? Actor | undefined : Actor;
  readonly services: ApiServices;
  readonly requestId: string;
  /** The network address that it came from. */
  readonly address: string;
  /** Adds to the audit log's entry about this command what it was about and what it changed; never a secret. */
  readonly note: (detail: AuditDetail) => void;
  /** A header of the request. */
  readonly header: (name: string) => string | undefined;
  /** Adds a header to the answer. */
  readonly setHeader: (name: string, value: string) => void;
  /** Asks anew whether the sender may still do this: a stream outlives what was judged when it began. */
  readonly stillAllowed: () => Promise<boolean>;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** One route with what it does. Failures are thrown as `WatchbillError`; the answer has the declared shape. */
export interface Verb {
  readonly route: RouteDeclaration;
  /** A value to be written as JSON, or for a stream its body. */
  readonly handle: (input: never) => Promise<unknown>;
}

/** A verb that answers with one JSON document. */
export function verb<const Route extends RouteDeclaration>(
  route: Route,
  handle: (input: VerbInput<Route>) => Promise<z.input<Route['answer']>>,
): Verb {
  return { route, handle };
}

/** A verb that answers with a stream of the declared type. */
export function streamingVerb<
  const Route extends RouteDeclaration & { readonly stream: NonNullable<RouteDeclaration['stream']> },
>(route: Route, handle: (input: VerbInput<Route>) => Promise<ReadableStream<Uint8Array>>): Verb {
  return { route, handle };
}
