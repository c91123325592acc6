import type { StatusAnswer } from '#contract/api.ts';
import { explainAlert, explainRule } from '#core/explain.ts';
import { explanationLines } from '#core/explain-text.ts';
import type { Core, PlanStatus } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { missingSecrets, type ResolveSecret } from './missing-secrets.ts';
import { viewPlan } from './plan-view.ts';
import type { ApiServices } from './services.ts';

/** What a key made through the API may do. */
const KEY_SCOPES = ['events:write'];

export interface CoreServicesOptions {
  readonly core: Core;
  readonly clock: Clock;
  readonly version: string;
  /** A sentence for each store that does not do its work. */
  readonly storeProblems: () => Promise<readonly string[]>;
  /** The one that the channels' secrets are resolved by. */
  readonly resolveSecret: ResolveSecret;
}

/** The routes' view of the core process. */
export function createCoreServices(options: CoreServicesOptions): ApiServices {
  const { core, clock, version, storeProblems, resolveSecret } = options;
  const { repositories } = core;

  async function readiness() {
    const [intake, stores] = await Promise.all([core.intakeStatus(), storeProblems()]);
    return { intake, ...readinessOf(core, intake, stores) };
  }

  function requirePlan(plan: string): void {
    if (!core.plans().includes(plan)) throw new WatchbillError('not-found', `There is no plan "${plan}".`, plan);
  }

  async function requirePerson(plan: string, person: string): Promise<void> {
    const { world } = await core.planStatus(plan);
    if (world === undefined || world.plan.people.some(({ name }) => name === person)) return;
    throw new WatchbillError('not-found', `The plan ${plan} has no person "${person}".`, person);
  }

  async function planStatus(name: string): Promise<PlanStatus> {
    const plan = await core.planStatus(name);
    const missing = await missingSecrets(plan.world?.plan.channels ?? [], resolveSecret);
    return { ...plan, notices: [...plan.notices, ...missing] };
  }

  async function status(only?: string): Promise<StatusAnswer> {
    if (only !== undefined) requirePlan(only);
    const names = only === undefined ? core.plans() : [only];
    const [{ intake, ready, reasons }, plans] = await Promise.all([readiness(), Promise.all(names.map(planStatus))]);
    const now = clock.now();
    return {
      version,
      at: formatInstant(now),
      ready,
      reasons,
      intake: {
        connected: intake !== undefined,
        ready: intake?.ready ?? false,
        reasons: [...(intake?.reasons ?? [])],
        spoolBytes: intake?.spoolBytes ?? 0,
        segmentsWaiting: intake?.segmentsWaiting ?? 0,
        accepted: intake?.accepted ?? 0,
        rejected: Object.fromEntries(
          Object.entries(intake?.rejected ?? {}).map(([plan, codes]) => [plan, { ...codes }]),
        ),
        ...(intake?.loaderProblem === undefined ? {} : { loaderProblem: intake.loaderProblem }),
      },
      plans: plans.map((plan) => viewPlan(plan, now)),
    };
  }

  return {
    readiness,
    status,
    async apply(request, by) {
      const { files, preview } = request;
      const wanted = {
        files,
        ...(request.expectedVersion === undefined ? {} : { expectedVersion: request.expectedVersion }),
      };
      const outcome = preview ? await core.preview(wanted) : await core.apply(wanted, by);
      const running = outcome.applied && outcome.plan !== undefined ? await core.planStatus(outcome.plan) : undefined;
      const missing = await missingSecrets(running?.world?.plan.channels ?? [], resolveSecret);
      return {
        plan: outcome.plan ?? '',
        version: outcome.version,
        applied: outcome.applied,
        changed: outcome.changed,
        diagnostics: outcome.diagnostics.map((diagnostic) => ({ ...diagnostic })),
        effects: [...outcome.effects, ...missing],
      };
    },
    async explain(plan, subject) {
      requirePlan(plan);
      const { alert, facts, world } = await core.explain(plan, subject);
      const now = clock.now();
      const explanation =
        alert !== undefined
          ? explainAlert(alert.key, facts, world?.plan)
          : world === undefined
            ? undefined
            : explainRule(world, subject, now);
      return {
        subject,
        found: explanation !== undefined,
        lines: explanation === undefined ? [] : [...explanationLines(explanation)],
        explanation,
      };
    },
    async facts(plan, query) {
      requirePlan(plan);
      const facts = await repositories.listFacts({ plan, ...query });
      return facts.map((fact) => ({
        sequence: fact.sequence,
        at: formatInstant(fact.at),
        kind: fact.kind,
        subject: fact.subject,
        reason: fact.reason,
        body: { ...fact.body },
      }));
    },
    async inbox(plan, query) {
      requirePlan(plan);
      const messages = await repositories.listInbox({ plan, ...query });
      // A misspelt name is not an empty inbox; who has left the plan still has one.
      if (messages.length === 0 && query.person !== undefined) await requirePerson(plan, query.person);
      return messages.map((message) => ({ ...message, at: formatInstant(message.at) }));
    },
    async createKey(plan, request) {
      requirePlan(plan);
      const at = clock.now();
      const expiry = request.expiresInMs === undefined ? {} : { expiresAt: at + request.expiresInMs };
      const created = await repositories.createKey({ plan, name: request.name, scopes: KEY_SCOPES, at, ...expiry });
      await core.keysChanged();
      return { ...created, plan };
    },
    async listKeys(plan) {
      requirePlan(plan);
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
    async revokeKey(plan, id) {
      requirePlan(plan);
      const known = (await repositories.listKeys(plan)).some((key) => key.id === id);
      if (!known || !(await repositories.revokeKey(id, clock.now()))) {
        throw new WatchbillError('not-found', `The plan ${plan} has no valid key ${id}.`, id);
      }
      await core.keysChanged();
    },
  };
}

function readinessOf(
  core: Core,
  intake: { readonly ready: boolean; readonly reasons: readonly string[] } | undefined,
  stores: readonly string[],
): { readonly ready: boolean; readonly reasons: string[] } {
  const reasons = [...stores, ...core.readiness().reasons];
  // A connection that is open says nothing: intake may hang at its other end.
  if (intake === undefined && core.link.connected()) reasons.push('Intake does not answer.');
  if (intake?.ready === false) reasons.push(...intake.reasons);
  return { ready: reasons.length === 0, reasons };
}

function instantField<Name extends string>(name: Name, at: Instant | undefined): { readonly [key in Name]?: string } {
  return (at === undefined ? {} : { [name]: formatInstant(at) }) as { readonly [key in Name]?: string };
}
