import type { z } from 'zod';
import type { FailureAnswer } from './failure.ts';
import type { RouteDeclaration } from './route.ts';
import type { routes } from './routes.ts';

type AnyRoute = (typeof routes)[keyof typeof routes];
type Method = RouteDeclaration['method'];

/** Paths that have a route of this method. */
export type PathOf<M extends Method> = Extract<AnyRoute, { readonly method: M }>['path'];
type RouteOf<M extends Method, P> = Extract<AnyRoute, { readonly method: M; readonly path: P }>;

type Part<Route, Name extends 'params' | 'query' | 'body'> = Route extends { readonly [key in Name]: infer S }
  ? S extends z.ZodType
    ? Name extends 'query'
      ? { readonly query?: z.input<S> }
      : { readonly [key in Name]: z.input<S> }
    : unknown
  : unknown;
/** Of each route by itself: the parts of all of them together would be more combinations than a type may have. */
type InputOf<Route> = Route extends unknown
  ? Part<Route, 'params'> & Part<Route, 'query'> & Part<Route, 'body'>
  : never;
/** What the route of this method and path answers. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = z.output<RouteOf<M, P>['answer']>;

interface CallOptions {
  /** Given to `fetch` as it is. */
  readonly signal?: unknown;
}
type Arguments<Route> =
  Record<never, never> extends InputOf<Route>
    ? [input?: InputOf<Route> & CallOptions]
    : [input: InputOf<Route> & CallOptions];

/** The API with the types of its routes. A failure throws `ApiFailure`; an answer that is none of ours does too, as `internal-error`. */
export interface ApiClient {
  get<P extends PathOf<'get'>>(path: P, ...input: Arguments<RouteOf<'get', P>>): Promise<AnswerOf<'get', P>>;
  post<P extends PathOf<'post'>>(path: P, ...input: Arguments<RouteOf<'post', P>>): Promise<AnswerOf<'post', P>>;
  put<P extends PathOf<'put'>>(path: P, ...input: Arguments<RouteOf<'put', P>>): Promise<AnswerOf<'put', P>>;
  delete<P extends PathOf<'delete'>>(
    path: P,
    ...input: Arguments<RouteOf<'delete', P>>
  ): Promise<AnswerOf<'delete', P>>;
}

/** What `fetch` is, in Node and in browsers, as far as it is needed here. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal?: never;
  },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

/** A refusal or failure as the server said it. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly where: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, failure: Partial<FailureAnswer['error']>) {
    super(failure.message ?? `The server answered ${status} with something that is not an answer of Watchbill's.`);
    this.name = 'ApiFailure';
    this.status = status;
    this.code = failure.code ?? 'internal-error';
    this.hint = failure.hint ?? '';
    this.where = failure.where;
    this.requestId = failure.requestId;
  }
}

export interface ApiClientOptions {
  readonly fetch: Fetch;
  /** Without a slash at its end; empty for the page's own server. */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the API. What `fetch` throws (no connection, aborted) passes through. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const call = async (method: string, path: string, input: UntypedInput = {}): Promise<unknown> => {
    const answer = await options.fetch(
      `${options.baseUrl}/api${fillPath(path, input.params)}${writeQuery(input.query)}`,
      {
        method,
        headers: {
          accept: 'application/json',
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        ...(input.signal === undefined ? {} : { signal: input.signal as never }),
      },
    );
    const document = parse(await answer.text());
    if (answer.ok && document !== undefined) return document;
    throw new ApiFailure(answer.status, (document as Partial<FailureAnswer> | undefined)?.error ?? {});
  };
  return {
    get: (path: string, input?: UntypedInput) => call('GET', path, input),
    post: (path: string, input?: UntypedInput) => call('POST', path, input),
    put: (path: string, input?: UntypedInput) => call('PUT', path, input),
    delete: (path: string, input?: UntypedInput) => call('DELETE', path, input),
  } as unknown as ApiClient;
}

interface UntypedInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: unknown;
}

/** Puts parameters into a path's braces, encoded. */
export function fillPath(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function writeQuery(query: Readonly<Record<string, unknown>> = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
