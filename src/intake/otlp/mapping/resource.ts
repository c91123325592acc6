import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import type { SeenVersion } from '../../versions.ts';
import { NO_ATTRIBUTES, type OtlpAttributes, type OtlpValue } from '../wire/shape.ts';
import { firstText, setValue } from './values.ts';

const SERVICE = ['service.name'];
const VERSION = ['service.version'];
const ENVIRONMENT = ['deployment.environment.name', 'deployment.environment'];
const HOST = ['host.name'];
const INSTANCE = ['service.instance.id'];
export const USER: readonly string[] = ['enduser.id', 'user.id'];
const MAPPED: ReadonlySet<string> = new Set([...SERVICE, ...VERSION, ...ENVIRONMENT, ...HOST, ...INSTANCE, ...USER]);
/** How a process was started and by which SDK it speaks: the same for all its records, long, and nothing that happened. */
const LEFT_OUT = /^(?:process|telemetry)\./;

/** Who speaks, in the names that the plan uses. */
export interface Speaker {
  readonly service: string | undefined;
  readonly version: string | undefined;
  readonly environment: string | undefined;
  readonly host: string | undefined;
  readonly instance: string | undefined;
  readonly user: string | undefined;
  /** The rest, under the sender's own names. */
  readonly others: readonly (readonly [name: string, value: OtlpValue])[];
}

/** The speakers of a request, each read once. */
export function speakersOf(): (resource: OtlpAttributes) => Speaker {
  let last: OtlpAttributes | undefined;
  let speaker = readSpeaker(NO_ATTRIBUTES);
  return (resource) => {
    if (resource !== last) {
      last = resource;
      speaker = readSpeaker(resource);
    }
    return speaker;
  };
}

function readSpeaker(resource: OtlpAttributes): Speaker {
  const others = [...resource].filter(([name]) => !MAPPED.has(name) && !LEFT_OUT.test(name));
  return {
    service: firstText(resource, SERVICE),
    version: firstText(resource, VERSION),
    environment: firstText(resource, ENVIRONMENT),
    host: firstText(resource, HOST),
    instance: firstText(resource, INSTANCE),
    user: firstText(resource, USER),
    others: others.slice(0, limits.otlpResourceAttributes),
  };
}

/** What names the speaker in a record; the first of all attributes, so that nothing else crowds them out. */
export function setSpeaker(builder: RecordBuilder, speaker: Speaker): void {
  builder.set('service', speaker.service);
  builder.set('version', speaker.version);
  builder.set('environment', speaker.environment);
  builder.set('host', speaker.host);
}

/** The rest of the resource, after the record's own attributes. */
export function setResource(builder: RecordBuilder, speaker: Speaker): void {
  builder.set('service.instance.id', speaker.instance);
  for (const [name, value] of speaker.others) setValue(builder, name, value);
}

/** Collects which versions spoke, and since when. */
export class SpokenVersions {
  readonly #seen = new Map<string, SeenVersion>();

  add({ service, version, environment }: Speaker, at: Instant): void {
    if (service === undefined || version === undefined) return;
    const key = `${service}\n${version}\n${environment ?? ''}`;
    const before = this.#seen.get(key);
    if (before !== undefined && before.at <= at) return;
    this.#seen.set(key, { service, version, environment, at, origin: 'opentelemetry' });
  }

  get all(): readonly SeenVersion[] {
    return [...this.#seen.values()];
  }
}
