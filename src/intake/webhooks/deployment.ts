import type { Instant } from '#kernel/instant.ts';
import type { RecordBuilder } from '../record-builder.ts';

/** What is known of a deployment, under the names that all events of deployments have. */
export interface Deployment {
  readonly id: string;
  readonly time: Instant | undefined;
  /** Name of the webhook that told of it. */
  readonly webhook: string;
  readonly service: string;
  readonly version: string;
  readonly environment: string | undefined;
  readonly origin: 'github' | 'vercel';
  readonly url: string | undefined;
}

/** Adds the event of a deployment. */
export function addDeployment(builder: RecordBuilder, deployment: Deployment): void {
  const { id, time, webhook, service, version, environment, origin, url } = deployment;
  builder.set('webhook', webhook);
  builder.set('service', service);
  builder.set('version', version);
  builder.set('environment', environment);
  builder.set('origin', origin);
  builder.set('url', url);
  builder.end({ name: 'deployment', time, id });
}

/** What people call a version: a tag that begins with a number, else the beginning of the commit's name. */
export function versionOf(ref: string | undefined, commit: string | undefined): string | undefined {
  const tag = ref?.replace(/^refs\/tags\//, '');
  if (tag !== undefined && /^v?\d+\.\d/.test(tag)) return tag;
  return commit?.slice(0, 7) ?? tag;
}
