import type pg from 'pg';
import type { AuditEntryAnswer } from '#contract/audit.ts';
import { formatInstant } from '#kernel/instant.ts';
import { type AuditRecord, listAudit, verifyPage, verifyWhole } from '#storage/postgres/sign-in/audit.ts';
import type { AuditServices } from './services.ts';

/** The audit log on PostgreSQL. */
export function createAuditServices(pool: pg.Pool): AuditServices {
  return {
    async list(query) {
      const entries = await listAudit(pool, query);
      return {
        entries: entries.map(viewEntry),
        verification: await verifyPage(pool, entries, query.before),
        more: (entries.at(-1)?.sequence ?? 1) > 1,
      };
    },
    verify: () => verifyWhole(pool),
  };
}

function viewEntry(entry: AuditRecord): AuditEntryAnswer {
  const { at, before, after, previous, hash, actorId, plan, object, code, ...rest } = entry;
  return {
    ...rest,
    at: formatInstant(at),
    ...(actorId === undefined ? {} : { actorId }),
    ...(plan === undefined ? {} : { plan }),
    ...(object === undefined ? {} : { object }),
    ...(code === undefined ? {} : { code }),
    ...(before === undefined ? {} : { before: JSON.parse(before) as unknown }),
    ...(after === undefined ? {} : { after: JSON.parse(after) as unknown }),
  };
}
