import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { scopesOfKind, sentryDsn } from '#kernel/ingest-key.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { requirePlan } from '../known-plan.ts';
import type { KeyServices } from './services.ts';

/** The keys that senders use; `intakeUrl` is where they reach intake. */
export function createKeyServices(core: Core, clock: Clock, intakeUrl: string): KeyServices {
  const { repositories } = core;
  return {
    async create(plan, request) {
      requirePlan(core, plan);
      const at = clock.now();
      const expiry = request.expiresInMs === undefined ? {} : { expiresAt: at + request.expiresInMs };
      const kind = request.kind ?? 'ingest';
      const wanted = { plan, name: request.name, kind, scopes: scopesOfKind[kind], at, ...expiry };
      const created = await repositories.createKey(wanted);
      await core.keysChanged();
      return { ...created, plan, ...(kind === 'sentry' && { dsn: sentryDsn(intakeUrl, created.key) }) };
    },
    async list(plan) {
      requirePlan(core, plan);
      const keys = await repositories.listKeys(plan);
      return keys.map((key) => ({
        id: key.id,
        plan: key.plan,
        name: key.name,
        scopes: [...key.scopes],
        createdAt: formatInstant(key.createdAt),
        ...instantField('expiresAt', key.expiresAt),
        ...instantField('revokedAt', key.revokedAt),
        ...instantField('lastUsedAt', key.lastUsedAt),
      }));
    },
    async revoke(plan, id) {
      requirePlan(core, plan);
      const known = (await repositories.listKeys(plan)).some((key) => key.id === id);
      if (!known || !(await repositories.revokeKey(id, clock.now()))) {
        throw new WatchbillError('not-found', `The plan ${plan} has no valid key ${id}.`, id);
      }
      await core.keysChanged();
    },
  };
}

function instantField<Name extends string>(name: Name, at: Instant | undefined): { readonly [key in Name]?: string } {
  return (at === undefined ? {} : { [name]: formatInstant(at) }) as { readonly [key in Name]?: string };
}
