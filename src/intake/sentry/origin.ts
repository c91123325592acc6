import { hash64Hex } from '#kernel/hash64.ts';
import type { Instant } from '#kernel/instant.ts';
import type { RecordBuilder } from '../record-builder.ts';
import type { SeenVersion } from '../versions.ts';
import { textIn } from './fields.ts';

/** Where the decoders of single items put what they read, and what holds for all of them. */
export interface Target {
  readonly builder: RecordBuilder;
  /** The versions that senders say their services are. */
  readonly versions: SeenVersion[];
  /** What is added to every time of the sender, because its clock is wrong. */
  readonly shiftMs: number;
}

/** Who sent something: a build of a service, in an environment. */
export interface Origin {
  readonly release?: string | undefined;
  readonly environment?: string | undefined;
  /** As the sender names it; without it, the package in the release. */
  readonly service?: string | undefined;
}

const PROTOCOL = 'sentry';

/** Sets what every event has of its origin, and notes the version. `release` itself is kept where it is asked for. */
export function setOrigin(target: Target, { release, environment, service }: Origin, at: Instant | undefined): void {
  const { builder, versions } = target;
  const parts = release === undefined ? undefined : releaseParts(release);
  const name = service ?? parts?.package;
  builder.set('service', name);
  builder.set('version', parts?.version);
  builder.set('environment', environment);
  if (name !== undefined && parts !== undefined && at !== undefined) {
    versions.push({ service: name, version: parts.version, environment, at, origin: PROTOCOL });
  }
}

/** `shop@1.2.3` is version 1.2.3 of the package shop; any other text is a version. */
function releaseParts(release: string): { readonly package?: string; readonly version: string } {
  const split = release.lastIndexOf('@');
  return split <= 0 || split === release.length - 1
    ? { version: release }
    : { package: release.slice(0, split), version: release.slice(split + 1) };
}

/**
 * Who was concerned, to be counted and told from others: the id, else the name. Of an address only a pseudonym is kept, and an IP address is
 * nobody.
 */
export function userOf(user: unknown): string | undefined {
  const name = textIn(user, 'id') ?? textIn(user, 'username') ?? textIn(user, 'email');
  return name === undefined ? undefined : withoutAddress(name);
}

/** A mail address as a pseudonym, and every other text as it is. */
export function withoutAddress(name: string): string {
  return name.includes('@') ? `mail-${hash64Hex(name.trim().toLowerCase())}` : name;
}

const METHOD_AND_PATH = /^([A-Z]{3,10}) (\S*)$/;

/** Sets `method` and `route` from the name of a transaction, such as `GET /orders/:id`. */
export function setRoute(builder: RecordBuilder, transaction: string | undefined): void {
  if (transaction === undefined) return;
  const [, method, path] = METHOD_AND_PATH.exec(transaction) ?? [];
  builder.set('method', method);
  builder.set('route', path === undefined ? transaction : routeOfPath(path));
}

/** The path of a URL, without its query and fragment. */
export function pathOf(url: string): string | undefined {
  const path = url.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path === '' ? (url.includes('://') ? '/' : undefined) : path;
}

/** The host of a URL, without a port and what may stand before it. */
export function hostOf(url: string): string | undefined {
  const [, host] = /^[a-z][a-z0-9+.-]{0,20}:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)/i.exec(url) ?? [];
  return host?.toLowerCase();
}

/** Segments that are ids, of a path that nobody has turned into a route: without this each order would be a route of its own. */
const ID_SEGMENT = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[^/]*\d)[0-9a-f]{8,}|(?=[^/]*\d)[\w-]{16,})$/i;

/** A path as a route: ids become `:id`. */
export function routeOfPath(path: string): string {
  return (pathOf(path) ?? path)
    .split('/')
    .map((segment) => (ID_SEGMENT.test(segment) ? ':id' : segment))
    .join('/');
}
