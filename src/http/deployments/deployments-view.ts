import type { DeploymentAnswer } from '#contract/deployments.ts';
import { type DurationMs, formatInstant, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import type { StoredDeployment } from '#storage/clickhouse/deployments.ts';

/** Who tells of a deployment may be faster or slower than another; within this time it is the same one. */
const SAME_MS: DurationMs = 30 * MINUTE_MS;
const COMMIT = /^[0-9a-f]{7,40}$/i;

type Merged = Omit<StoredDeployment, 'origin'> & { readonly origins: readonly string[] };

/** Deployments for people, oldest first: what several told of stands once, and each knows what was there before it. */
export function viewDeployments(stored: readonly StoredDeployment[], from: Instant): DeploymentAnswer[] {
  const merged: Merged[] = [];
  for (const one of stored) {
    const index = merged.findLastIndex((other) => isSame(other, one));
    const known = merged[index];
    if (known === undefined) merged.push({ ...one, origins: one.origin === '' ? [] : [one.origin] });
    else merged[index] = together(known, one);
  }
  const last = new Map<string, string>();
  const shown = merged.map((one): Merged => {
    const place = `${one.service}\n${one.environment}`;
    const previous = one.previous === '' ? (last.get(place) ?? '') : one.previous;
    last.set(place, one.version);
    return { ...one, previous: isSameVersion(previous, one.version) ? '' : previous };
  });
  return shown.filter(({ at }) => at >= from).map(view);
}

function isSame(left: Merged, right: StoredDeployment): boolean {
  const isElsewhere = left.environment !== '' && right.environment !== '' && left.environment !== right.environment;
  if (left.service !== right.service || isElsewhere || right.at - left.at > SAME_MS) return false;
  return isSameVersion(left.version, right.version);
}

/** A commit is written with as many of its digits as somebody likes. */
function isSameVersion(left: string, right: string): boolean {
  if (left === right) return true;
  if (!COMMIT.test(left) || !COMMIT.test(right)) return false;
  return left.startsWith(right) || right.startsWith(left);
}

function together(first: Merged, second: StoredDeployment): Merged {
  const isNew = second.origin !== '' && !first.origins.includes(second.origin);
  return {
    ...first,
    previous: first.previous === '' ? second.previous : first.previous,
    environment: first.environment === '' ? second.environment : first.environment,
    url: first.url === '' ? second.url : first.url,
    origins: isNew ? [...first.origins, second.origin] : first.origins,
  };
}

function view({ id, at, service, version, previous, environment, origins, url }: Merged): DeploymentAnswer {
  const link = pageOf(url);
  return {
    id,
    at: formatInstant(at),
    service,
    version,
    ...(previous === '' ? {} : { previous }),
    ...(environment === '' ? {} : { environment }),
    origins: [...origins],
    ...(link === undefined ? {} : { url: link }),
  };
}

/** Senders choose the address: only what a browser opens as a page is a link. */
function pageOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
