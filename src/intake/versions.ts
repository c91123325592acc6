import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { DecodeContext, Decoded } from './decoding.ts';
import { buildOwn, NOTICED_PREFIX } from './own-events.ts';
import type { AttributeValue } from './record-builder.ts';

/** A version that a service says it is, as one request told it. */
export interface SeenVersion {
  readonly service: string;
  readonly version: string;
  readonly environment?: string | undefined;
  /** The earliest event time at which the request says so. */
  readonly at: Instant;
  /** Which protocol told it, e.g. `opentelemetry`. */
  readonly origin: string;
}

/** A service runs a version that it did not run before. */
export interface NoticedDeployment extends SeenVersion {
  readonly previous: string;
}

/** What is known of one service in one environment, as a snapshot keeps it. */
export interface KnownService {
  readonly service: string;
  readonly environment?: string | undefined;
  /** The version that was seen last. */
  readonly last: string;
  /** When each was last seen. */
  readonly versions: readonly (readonly [version: string, seenAt: Instant])[];
}

interface Known {
  readonly service: string;
  readonly environment: string | undefined;
  last: string;
  readonly versions: Map<string, Instant>;
}

/**
 * The versions that the services of one plan were seen with. While a deployment rolls, the old version and the new one speak by turns; so only
 * a version that was not heard of for a day is a deployment, and the first that is ever heard of a service is none.
 */
export class ServiceVersions {
  /** By service and environment; the ones heard of last stand at the end. */
  readonly #known = new Map<string, Known>();
  /** Versions on their way to the disk: they are noticed once, and not yet known. */
  readonly #pending = new Set<string>();

  /**
   * Which of these versions are deployments. To be followed by `settle` with the same list, once it is known whether what told of them was
   * kept: until then nobody else notices them, and what was not kept is noticed again.
   */
  notice(seen: readonly SeenVersion[], now: Instant): readonly NoticedDeployment[] {
    const deployments: NoticedDeployment[] = [];
    for (const one of seen) {
      if (!isNameable(one)) continue;
      const key = keyOf(one);
      const pending = `${key}\n${one.version}`;
      const known = this.#known.get(key);
      const seenAt = known?.versions.get(one.version);
      const isKnown = known?.last === one.version || (seenAt !== undefined && now - seenAt <= limits.versionsWithinMs);
      if (known !== undefined && !isKnown && !this.#pending.has(pending)) {
        deployments.push({ ...one, previous: known.last });
      }
      this.#pending.add(pending);
    }
    return deployments;
  }

  /** Ends what `notice` began. */
  settle(seen: readonly SeenVersion[], now: Instant, wasKept: boolean): void {
    for (const one of seen) {
      this.#pending.delete(`${keyOf(one)}\n${one.version}`);
      if (wasKept) this.learn(one, now);
    }
  }

  /** Remembers a version without asking whether it is a new one. */
  learn(seen: Omit<SeenVersion, 'at' | 'origin'>, seenAt: Instant): void {
    if (!isNameable(seen)) return;
    const { service, version, environment } = seen;
    const key = keyOf({ service, environment });
    const known = this.#known.get(key) ?? { service, environment, last: version, versions: new Map() };
    known.last = version;
    // Deleting first moves an entry to the end, so that the one in front is always the oldest.
    known.versions.delete(version);
    known.versions.set(version, seenAt);
    for (const [old, at] of known.versions) {
      const isOld = seenAt - at > limits.versionsWithinMs;
      if (!isOld && known.versions.size <= limits.versionsPerService) break;
      known.versions.delete(old);
    }
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > limits.versionedServices) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
  }

  get state(): readonly KnownService[] {
    return [...this.#known.values()].map(({ service, environment, last, versions }) => ({
      service,
      ...(environment !== undefined && { environment }),
      last,
      versions: [...versions],
    }));
  }

  restore(state: readonly KnownService[]): void {
    for (const { service, environment, last, versions } of state) {
      this.#known.set(keyOf({ service, environment }), {
        service,
        environment,
        last,
        versions: new Map(versions),
      });
    }
  }
}

/** The events of deployments, each with an id that tells it from all others and is the same when its request comes again. */
export function deploymentRecords(deployments: readonly NoticedDeployment[], context: DecodeContext): Decoded {
  return buildOwn(context, (builder) => {
    for (const { service, version, environment, at, origin, previous } of deployments) {
      const attributes: Readonly<Record<string, AttributeValue | undefined>> = {
        service,
        version,
        previous,
        environment,
        origin,
      };
      for (const [name, value] of Object.entries(attributes)) builder.set(name, value);
      // Half a character cannot be encoded.
      const named = `${at} ${version} ${environment ?? ''} ${service}`.toWellFormed();
      const id = NOTICED_PREFIX + encodeURIComponent(named);
      builder.end({ name: 'deployment', time: at, id: id.slice(0, limits.eventIdBytes) });
    }
  });
}

/** What is longer names nothing, and would only take memory. */
function isNameable({ service, version, environment = '' }: Omit<SeenVersion, 'at' | 'origin'>): boolean {
  return [service, version, environment].every((name) => name.length <= limits.nameBytes);
}

function keyOf({ service, environment }: Pick<SeenVersion, 'service' | 'environment'>): string {
  return `${service}\n${environment ?? ''}`;
}
