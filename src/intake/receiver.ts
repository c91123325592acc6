import type { IncomingHttpHeaders } from 'node:http';
import type { Failure } from '#kernel/error-codes.ts';
import type { Result } from '#kernel/result.ts';
import type { Answer } from './answer.ts';
import type { ContentEncoding } from './body.ts';
import type { Grant } from './credentials.ts';

/** What a request brings, for limits and budgets: each class has its own share, so that one cannot starve another. */
export type TrafficClass = 'alerts' | 'events' | 'samples' | 'logs';

/** A request as its receiver may see it before anything is spent on its body. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** What stands in the address at the route's `:name` segments, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
}

/** A request whose head was found good, with its body unpacked. */
export interface ReceivedRequest {
  readonly head: RequestHead;
  readonly grant: Grant;
  readonly body: Uint8Array;
}

/** Why a whole request is refused. */
export interface RequestRefusal extends Failure {
  readonly retryAfterSeconds?: number;
}

/**
 * One address of intake: a protocol says what it takes and how it answers; the server checks in the order of cost (credential, limits, head,
 * body) what all protocols have in common.
 */
export interface ReceiverRoute {
  readonly method: 'POST' | 'GET';
  /** Segments that begin with `:` are parameters, e.g. `/api/:project/envelope/`. */
  readonly path: string;
  readonly traffic: TrafficClass;
  readonly encodings: readonly ContentEncoding[];
  /** Most bytes of a body, packed or unpacked. */
  readonly bodyBytes: number;
  /** Judges who sends, before anything is spent on the body. */
  authorize(head: RequestHead): Result<Grant, RequestRefusal>;
  /**
   * For protocols whose credential may stand in the body instead: asked when `authorize` says `credential-missing`. Such a body is never
   * packed, has at most `bodyBytes`, and all of their senders share the room of one key until they are known.
   */
  readonly unnamed?: {
    readonly bodyBytes: number;
    authorize(head: RequestHead, body: Uint8Array): Result<Grant, RequestRefusal>;
  };
  /**
   * Whether the body has to prove who sends, so that the grant says only whom it is for: until then nothing of the plan's is used up, and
   * `receive` is to ask `rateLimits.admitProven` once it is proven.
   */
  readonly isUnproven?: true;
  /** Pages of any origin may send, with these headers. */
  readonly crossOrigin?: { readonly headers: readonly string[] };
  /** What is wrong with the head otherwise, e.g. its content type. */
  inspect?(head: RequestHead): RequestRefusal | undefined;
  receive(request: ReceivedRequest): Promise<Answer>;
  /** Tells a refusal in the protocol's own terms; without it, as JSON `{error: {code, message, requestId}}`. */
  refuse?(refusal: RequestRefusal, head: RequestHead): Answer;
}
