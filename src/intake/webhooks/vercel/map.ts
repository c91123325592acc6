import type { VercelWebhook } from '#plan/webhook.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import { type Delivery, idAt, type JsonMap, mapAt, recentTime, textAt } from '../delivery.ts';
import { addDeployment, versionOf } from '../deployment.ts';

/** Where Vercel's integrations leave the commit. */
const COMMITS = ['githubCommitSha', 'gitlabCommitSha', 'bitbucketCommitSha'];

/** An event of Vercel (https://vercel.com/docs/webhooks/webhooks-api), and the deployment that it tells of unless that is a preview. */
export function mapVercel(hook: VercelWebhook, { body, receivedAt }: Delivery, builder: RecordBuilder): void {
  const id = textAt(body, 'id');
  const type = textAt(body, 'type');
  if (id === undefined || type === undefined) {
    builder.refuse('field-invalid', 'An event of Vercel has an id and a type.');
    return;
  }
  const payload = mapAt(body, 'payload') ?? {};
  const deployment = mapAt(payload, 'deployment');
  const isDeployment = type.startsWith('deployment.');
  const project = textAt(payload, 'project', 'name') ?? textAt(payload, 'name') ?? textAt(deployment, 'name');
  const environment = textAt(payload, 'target') ?? (isDeployment ? 'preview' : undefined);
  const version = versionOfDeployment(deployment);
  const url = textAt(payload, 'links', 'deployment') ?? addressOf(deployment, payload);
  const time = recentTime(body['createdAt'], receivedAt);
  builder.set('webhook', hook.name);
  builder.set('type', type);
  builder.set('project', project);
  builder.set('project_id', idAt(payload, 'project', 'id'));
  builder.set('deployment', idAt(deployment, 'id'));
  builder.set('environment', environment);
  builder.set('version', version);
  builder.set('url', url);
  builder.set('region', textAt(body, 'region'));
  builder.end({ name: `webhook ${hook.name}`, id: `${hook.name}:${id}`, time });

  const deploymentId = idAt(deployment, 'id');
  const service = hook.service ?? project;
  const isLive = type === 'deployment.succeeded' && environment !== 'preview';
  if (!isLive || deploymentId === undefined || service === undefined) return;
  addDeployment(builder, {
    id: `${hook.name}:deployment:${deploymentId}`,
    time,
    webhook: hook.name,
    service,
    version: version ?? deploymentId,
    environment,
    origin: 'vercel',
    url,
  });
}

function versionOfDeployment(deployment: JsonMap | undefined): string | undefined {
  const meta = mapAt(deployment, 'meta');
  for (const key of COMMITS) {
    const version = versionOf(undefined, textAt(meta, key));
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Vercel writes addresses without their scheme. */
function addressOf(deployment: JsonMap | undefined, payload: JsonMap): string | undefined {
  const host = textAt(deployment, 'url') ?? textAt(payload, 'url');
  return host === undefined || host.includes('://') ? host : `https://${host}`;
}
