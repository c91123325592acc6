import type { GithubWebhook } from '#plan/webhook.ts';
import type { RecordBuilder } from '../../record-builder.ts';
import {
  type Delivery,
  idAt,
  type JsonMap,
  mapAt,
  readTime,
  recentTime,
  setValue,
  textAt,
  valueAt,
} from '../delivery.ts';
import { addDeployment, versionOf } from '../deployment.ts';

/** Attributes by the type of the event, each with the path to its value in the body (https://docs.github.com/webhooks/webhook-events-and-payloads). */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  deployment: {
    id: 'deployment.id',
    environment: 'deployment.environment',
    ref: 'deployment.ref',
    commit: 'deployment.sha',
    task: 'deployment.task',
  },
  deployment_status: {
    id: 'deployment.id',
    environment: 'deployment.environment',
    ref: 'deployment.ref',
    commit: 'deployment.sha',
    state: 'deployment_status.state',
    url: 'deployment_status.log_url',
  },
  release: {
    id: 'release.id',
    version: 'release.tag_name',
    title: 'release.name',
    prerelease: 'release.prerelease',
    draft: 'release.draft',
    url: 'release.html_url',
  },
  workflow_run: {
    id: 'workflow_run.id',
    workflow: 'workflow_run.name',
    branch: 'workflow_run.head_branch',
    commit: 'workflow_run.head_sha',
    status: 'workflow_run.status',
    conclusion: 'workflow_run.conclusion',
    trigger: 'workflow_run.event',
    attempt: 'workflow_run.run_attempt',
    url: 'workflow_run.html_url',
  },
  check_run: {
    id: 'check_run.id',
    check: 'check_run.name',
    commit: 'check_run.head_sha',
    status: 'check_run.status',
    conclusion: 'check_run.conclusion',
    url: 'check_run.html_url',
  },
  push: {
    ref: 'ref',
    commit: 'after',
    before: 'before',
    forced: 'forced',
    created: 'created',
    deleted: 'deleted',
    url: 'compare',
  },
  ping: { hook_id: 'hook_id', zen: 'zen' },
  pull_request: {
    id: 'pull_request.id',
    number: 'pull_request.number',
    title: 'pull_request.title',
    state: 'pull_request.state',
    merged: 'pull_request.merged',
    url: 'pull_request.html_url',
  },
  issues: { id: 'issue.id', number: 'issue.number', title: 'issue.title', state: 'issue.state', url: 'issue.html_url' },
};

/** When it happened, by the type of the event. A push has none: its commits may be old. */
const TIMES: Readonly<Record<string, string>> = {
  deployment: 'deployment.created_at',
  deployment_status: 'deployment_status.created_at',
  release: 'release.published_at',
  workflow_run: 'workflow_run.updated_at',
  check_run: 'check_run.completed_at',
};

/** From when to when something ran, once it is over. */
const SPANS: Readonly<Record<string, readonly [from: string, to: string]>> = {
  workflow_run: ['workflow_run.run_started_at', 'workflow_run.updated_at'],
  check_run: ['check_run.started_at', 'check_run.completed_at'],
};

/** An event of GitHub, and the deployment that it tells of. Types that have no fields of their own here are kept by their name. */
export function mapGithub(hook: GithubWebhook, delivery: Delivery, builder: RecordBuilder): void {
  const { body, header, receivedAt } = delivery;
  const type = header('x-github-event');
  const id = header('x-github-delivery');
  if (type === undefined || id === undefined) {
    builder.refuse('field-invalid', 'The headers X-GitHub-Event and X-GitHub-Delivery are needed.');
    return;
  }
  builder.set('webhook', hook.name);
  builder.set('type', type);
  builder.set('action', textAt(body, 'action'));
  builder.set('repository', textAt(body, 'repository', 'full_name'));
  builder.set('sender', textAt(body, 'sender', 'login'));
  for (const [name, path] of Object.entries(ownOf(FIELDS, type) ?? {})) setValue(builder, name, at(body, path));
  const time = recentTime(at(body, ownOf(TIMES, type) ?? ''), receivedAt);
  const [from, to] = (ownOf(SPANS, type) ?? []).map((path) => readTime(at(body, path)));
  const isOver = textAt(body, 'action') === 'completed';
  builder.end({
    name: `webhook ${hook.name}`,
    id: `${hook.name}:${id}`,
    time,
    durationMs: isOver && from !== undefined && to !== undefined ? Math.max(0, to - from) : undefined,
  });
  if (type === 'deployment_status') addStatus(hook, body, time, builder);
  if (type === 'workflow_run') addRun(hook, body, time, builder);
}

/** A deployment is one when its status says that it succeeded. */
function addStatus(hook: GithubWebhook, body: JsonMap, time: number | undefined, builder: RecordBuilder): void {
  const status = mapAt(body, 'deployment_status');
  const deployment = mapAt(body, 'deployment');
  const commit = textAt(deployment, 'sha');
  const version = versionOf(textAt(deployment, 'ref'), commit);
  const service = hook.service ?? textAt(body, 'repository', 'name');
  const id = idAt(deployment, 'id');
  if (textAt(status, 'state') !== 'success' || version === undefined || service === undefined || id === undefined)
    return;
  const ofCommit = commit === undefined ? undefined : pageOf(body, `commit/${commit}`);
  addDeployment(builder, {
    id: `${hook.name}:deployment:${id}`,
    time,
    webhook: hook.name,
    service,
    version,
    environment: textAt(status, 'environment') ?? textAt(deployment, 'environment'),
    origin: 'github',
    url: textAt(status, 'log_url') ?? textAt(status, 'target_url') ?? ofCommit,
  });
}

/** A successful run of the workflow that the plan names. A run for a pull request deploys nothing that is watched. */
function addRun(hook: GithubWebhook, body: JsonMap, time: number | undefined, builder: RecordBuilder): void {
  const run = mapAt(body, 'workflow_run');
  if (hook.workflow === undefined || textAt(run, 'name') !== hook.workflow) return;
  if (textAt(body, 'action') !== 'completed' || textAt(run, 'conclusion') !== 'success') return;
  const id = idAt(run, 'id');
  const version = versionOf(textAt(run, 'head_branch'), textAt(run, 'head_sha'));
  const service = hook.service ?? textAt(body, 'repository', 'name');
  if (textAt(run, 'event') === 'pull_request' || id === undefined || version === undefined || service === undefined)
    return;
  addDeployment(builder, {
    id: `${hook.name}:run:${id}:${idAt(run, 'run_attempt') ?? '1'}`,
    time,
    webhook: hook.name,
    service,
    version,
    environment: undefined,
    origin: 'github',
    url: textAt(run, 'html_url'),
  });
}

function pageOf(body: JsonMap, path: string): string | undefined {
  const repository = textAt(body, 'repository', 'html_url');
  return repository === undefined ? undefined : `${repository}/${path}`;
}

function at(body: JsonMap, path: string): ReturnType<typeof valueAt> {
  return path === '' ? undefined : valueAt(body, path.split('.'));
}

function ownOf<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
