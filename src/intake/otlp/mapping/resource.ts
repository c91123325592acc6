import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import type { SeenVersion } from '../../versions.ts';
import { NO_ATTRIBUTES, type OtlpAttributes, type OtlpValue } from '../wire/shape.ts';
import { firstText, isMap, textOfValue } from './values.ts';

const SERVICE = ['service.name'];
const VERSION = ['service.version'];
const ENVIRONMENT = ['deployment.environment.name', 'deployment.environment'];
const HOST = ['host.name'];
const INSTANCE = ['service.instance.id'];
export const USER: readonly string[] = ['enduser.id', 'user.id'];
const MAPPED: ReadonlySet<string> = new Set([...SERVICE, ...VERSION, ...ENVIRONMENT, ...HOST, ...INSTANCE, ...USER]);
/** Of each name of the speaker; beyond, it is cut. */
const SPEAKER_CHARACTERS = 256;
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
  /** The rest, under the sender's own names: so many plain values. */
  readonly others: readonly (readonly [name: string, value: string | number | boolean | bigint])[];
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
  // A resource stands once in its request and in each of its records: what it costs is spent here, and not there.
  const others: [string, string | number | boolean | bigint][] = [];
  for (const [name, value] of resource) {
    if (!MAPPED.has(name) && !LEFT_OUT.test(name)) addPlain(others, name, value);
  }
  const text = (names: readonly string[]): string | undefined =>
    firstText(resource, names)?.slice(0, SPEAKER_CHARACTERS);
  return {
    service: text(SERVICE),
    version: text(VERSION),
    environment: text(ENVIRONMENT),
    host: text(HOST),
    instance: text(INSTANCE),
    user: text(USER),
    others,
  };
}

function addPlain(others: [string, string | number | boolean | bigint][], name: string, value: OtlpValue): void {
  if (others.length >= limits.otlpResourceAttributes) return;
  if (isMap(value)) {
    for (const [inner, one] of value) addPlain(others, `${name}.${inner}`, one);
  } else {
    const plain = typeof value === 'object' ? textOfValue(value) : value;
    others.push([name, typeof plain === 'string' ? plain.slice(0, limits.attributeValueBytes) : plain]);
  }
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
  for (const [name, value] of speaker.others) builder.set(name, value);
}

/** Collects which versions spoke, and since when. */
export class SpokenVersions {
  readonly #since = new Map<Speaker, Instant>();

  add(speaker: Speaker, at: Instant): void {
    if (speaker.service === undefined || speaker.version === undefined) return;
    const before = this.#since.get(speaker);
    if (before === undefined || at < before) this.#since.set(speaker, at);
  }

  get all(): readonly SeenVersion[] {
    const seen = new Map<string, SeenVersion>();
    for (const [{ service = '', version = '', environment }, at] of this.#since) {
      const key = `${service}\n${version}\n${environment ?? ''}`;
      const before = seen.get(key);
      if (before !== undefined && before.at <= at) continue;
      seen.set(key, { service, version, environment, at, origin: 'opentelemetry' });
    }
    return [...seen.values()];
  }
}
