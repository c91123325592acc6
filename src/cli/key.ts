import type { Command } from 'commander';
import type { CreatedKeyAnswer, KeyAnswer } from '#contract/keys.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { keyKinds } from '#kernel/ingest-key.ts';
import { choosePlan, connect } from './client.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import type { Runtime } from './runtime.ts';
import { formatTable } from './table.ts';

/** `watchbill key create|list|revoke`: keys that may send events to one plan. */
export function registerKey(program: Command, runtime: Runtime): void {
  const key = program.command('key').summary('keys that may send events to a plan');

  withPlanOption(
    key
      .command('create')
      .summary('make a key; it is shown this once')
      .argument('[name]', 'what it is for', 'default')
      .option('--for <kind>', 'what uses it: ingest, sentry (prints a DSN), metrics, heartbeat or prober', 'ingest')
      .option('--expires-in-days <days>', 'refuse it after so many days', Number),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  $ KEY=$(watchbill key create)\n  $ KEY=$(watchbill key create web-servers --plan shop)\n  $ SENTRY_DSN=$(watchbill key create browsers --for sentry)',
    )
    .action(async (name: string, options: ServerOptionValues & { expiresInDays?: number; for: string }) => {
      const days = options.expiresInDays;
      if (days !== undefined && !(days > 0))
        throw new WatchbillError('usage', '--expires-in-days takes a number above 0.');
      const kind = keyKinds.find((known) => known === options.for);
      if (kind === undefined) throw new WatchbillError('usage', `--for takes ${keyKinds.join(' or ')}.`);
      const client = await connect(runtime, options);
      const plan = await choosePlan(client, options.plan);
      const body = { name, kind, ...(days === undefined ? {} : { expiresInMs: Math.round(days * 86_400_000) }) };
      const created = await client.post<CreatedKeyAnswer>(`/api/plans/${encodeURIComponent(plan)}/keys`, body);
      runtime.write(options.json ? `${JSON.stringify(created, null, 2)}\n` : `${created.dsn ?? created.key}\n`);
    });

  withPlanOption(key.command('list').summary('the keys of a plan, without their secrets')).action(
    async (options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const plan = await choosePlan(client, options.plan);
      const keys = await client.get<readonly KeyAnswer[]>(`/api/plans/${encodeURIComponent(plan)}/keys`);
      if (options.json) runtime.write(`${JSON.stringify(keys, null, 2)}\n`);
      else if (keys.length === 0) runtime.write(`${plan} has no keys; \`watchbill key create\` makes one.\n`);
      else
        runtime.write(`${formatTable(['id', 'name', 'scopes', 'created', 'last used', 'state'], keys.map(keyRow))}\n`);
    },
  );

  withPlanOption(
    key.command('revoke').summary('refuse a key from now on').argument('<id>', 'its id, as `key list` shows it'),
  ).action(async (id: string, options: ServerOptionValues) => {
    const client = await connect(runtime, options);
    const plan = await choosePlan(client, options.plan);
    await client.delete(`/api/plans/${encodeURIComponent(plan)}/keys/${encodeURIComponent(id)}`);
    runtime.write(`${id} is revoked.\n`);
  });
}

function keyRow(key: KeyAnswer): readonly string[] {
  const state =
    key.revokedAt !== undefined ? 'revoked' : key.expiresAt !== undefined ? `until ${key.expiresAt}` : 'valid';
  return [key.id, key.name, key.scopes.join(' '), key.createdAt, key.lastUsedAt ?? 'never', state];
}
