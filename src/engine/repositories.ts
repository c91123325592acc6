import type pg from 'pg';
import type { Alert, Silence } from '#core/model.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Random } from '#kernel/ports.ts';
import {
  type AlertQuery,
  findAlert,
  findSilence,
  listAlerts,
  listSilences,
  type SilenceQuery,
} from '#storage/postgres/alerts.ts';
import {
  type FactQuery,
  factsToExport,
  forgetInFacts,
  listFacts,
  markExported,
  type StoredFact,
} from '#storage/postgres/facts.ts';
import { type InboxQuery, type ListedMessage, listInbox } from '#storage/postgres/inbox.ts';
import {
  createIngestKey,
  type IngestKeyRecord,
  listIngestKeys,
  type NewIngestKey,
  revokeIngestKey,
  storeIngestKey,
  touchIngestKey,
} from '#storage/postgres/ingest-keys.ts';
import {
  countNotifications,
  type DeliveryQuery,
  type DeliveryRecord,
  listDeliveries,
  listNotifications,
  type NotificationRecord,
} from '#storage/postgres/notifications.ts';
import { currentPlans, findPlanVersion, planHistory, type StoredPlan } from '#storage/postgres/plans.ts';
import { describePostgresProblem } from '#storage/postgres/problem.ts';
import type { FactJournal } from './fact-exporter.ts';

/** What the core process reads and writes beside the engine's own transactions. */
export interface CoreRepositories extends FactJournal {
  currentPlans(): Promise<readonly StoredPlan[]>;
  /** The newest first, without their texts. */
  planHistory(plan: string): Promise<readonly Omit<StoredPlan, 'files'>[]>;
  findPlanVersion(plan: string, version: number): Promise<StoredPlan | undefined>;
  listFacts(query: FactQuery): Promise<readonly StoredFact[]>;
  /** Puts something else in place of texts in a plan's facts; returns how many were changed. */
  forgetInFacts(plan: string, forms: readonly string[], instead: string): Promise<number>;
  listAlerts(query: AlertQuery): Promise<readonly Alert[]>;
  findAlert(plan: string, id: string): Promise<Alert | undefined>;
  listSilences(query: SilenceQuery): Promise<readonly Silence[]>;
  findSilence(plan: string, id: string): Promise<Silence | undefined>;
  listNotifications(plan: string, episode: string): Promise<readonly NotificationRecord[]>;
  listDeliveries(query: DeliveryQuery): Promise<readonly DeliveryRecord[]>;
  countNotifications(plan: string): Promise<Readonly<Record<string, number>>>;
  listInbox(query: InboxQuery): Promise<readonly ListedMessage[]>;
  listKeys(plan?: string): Promise<readonly IngestKeyRecord[]>;
  createKey(wanted: NewIngestKey): Promise<{ readonly key: string; readonly id: string }>;
  /** A key that was made elsewhere; returns its id. */
  storeKey(key: string, wanted: NewIngestKey): Promise<string>;
  revokeKey(id: string, at: Instant): Promise<boolean>;
  touchKey(id: string, at: Instant): Promise<void>;
}

/** The repositories on PostgreSQL. Throw `not-ready` while it is away, and `invalid-request` for text that it cannot hold. */
export function createRepositories(pool: pg.Pool, random: Random): CoreRepositories {
  return withOurFailures<CoreRepositories>({
    unexported: (plan, limit) => factsToExport(pool, plan, limit),
    markExported: (plan, upTo) => markExported(pool, plan, upTo),
    currentPlans: () => currentPlans(pool),
    planHistory: (plan) => planHistory(pool, plan),
    findPlanVersion: (plan, version) => findPlanVersion(pool, plan, version),
    listFacts: (query) => listFacts(pool, query),
    forgetInFacts: (plan, forms, instead) =>
      forgetInFacts(pool, { plan, forms, instead, limit: limits.factsForgottenAtOnce }),
    listAlerts: (query) => listAlerts(pool, query),
    findAlert: (plan, id) => findAlert(pool, plan, id),
    listSilences: (query) => listSilences(pool, query),
    findSilence: (plan, id) => findSilence(pool, plan, id),
    listNotifications: (plan, episode) => listNotifications(pool, plan, episode),
    listDeliveries: (query) => listDeliveries(pool, query),
    countNotifications: (plan) => countNotifications(pool, plan),
    listInbox: (query) => listInbox(pool, query),
    listKeys: (plan) => listIngestKeys(pool, plan),
    createKey: (wanted) => createIngestKey(pool, random, wanted),
    storeKey: (key, wanted) => storeIngestKey(pool, key, wanted),
    revokeKey: (id, at) => revokeIngestKey(pool, id, at),
    touchKey: (id, at) => touchIngestKey(pool, id, at),
  });
}

function withOurFailures<Methods extends object>(methods: Methods): Methods {
  const guarded = Object.entries(methods).map(([name, method]: [string, (...given: unknown[]) => Promise<unknown>]) => [
    name,
    (...given: unknown[]) =>
      method(...given).catch((problem: unknown) => {
        throw describePostgresProblem(problem);
      }),
  ]);
  return Object.fromEntries(guarded) as Methods;
}
