import type { Alert, Silence, World } from '#core/model.ts';
import { type DownNeed, downNeedNow } from '#core/refusal.ts';
import { silencesOf } from '#core/silences.ts';
import { judgementKey } from '#core/world.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { StoredFact } from '#storage/postgres/facts.ts';
import type { DeliveryRecord, NotificationRecord } from '#storage/postgres/notifications.ts';
import type { HostedPlan } from './hosted-plan.ts';
import type { CoreRepositories } from './repositories.ts';

export interface AlertsQuery {
  readonly state?: Alert['state'];
  readonly rule?: string;
  readonly severity?: string;
  /** `next` of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/** One page, the newest first; `next` is there when more follow. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next?: number;
}

/** An alert with the silences that keep it quiet now. */
export interface AlertView {
  readonly alert: Alert;
  readonly silences: readonly Silence[];
  /** Its condition is false and it waits out the rule's time before it ends. */
  readonly resolving: boolean;
  /** What its service needs and is down, while nobody was told of it for that. */
  readonly needsDown?: DownNeed;
}

/** An alert with everything that happened to it. */
export interface AlertDetail extends AlertView {
  /** About it, oldest first; of very many the last. */
  readonly facts: readonly StoredFact[];
  /** With every attempt, in the order in which they were queued. */
  readonly notifications: readonly NotificationRecord[];
  readonly world: World | undefined;
}

export interface SilencesQuery {
  readonly lasting?: boolean;
  readonly before?: number;
  readonly limit: number;
}

export interface DeliveriesQuery {
  readonly states?: readonly NotificationRecord['state'][];
  readonly channel?: string;
  readonly recipient?: string;
  readonly alert?: string;
  readonly before?: number;
  readonly limit: number;
}

/** What people look at. Every method throws `not-found` for a plan that is not there. */
export interface AlertViews {
  /** The plan as it is judged now; undefined while it is not ours. */
  world(plan: string): World | undefined;
  /** An alert, such as one that a command gave back, with what keeps it quiet. */
  viewOf(plan: string, alert: Alert): AlertView;
  alerts(plan: string, query: AlertsQuery): Promise<Page<AlertView>>;
  /** Throws `not-found`. */
  alert(plan: string, id: string): Promise<AlertDetail>;
  silences(plan: string, query: SilencesQuery): Promise<Page<Silence>>;
  /** The delivery log. */
  deliveries(plan: string, query: DeliveriesQuery): Promise<Page<DeliveryRecord>>;
}

export function createAlertViews(
  find: (plan: string) => HostedPlan,
  repositories: Pick<
    CoreRepositories,
    'listAlerts' | 'findAlert' | 'listSilences' | 'listFacts' | 'listNotifications' | 'listDeliveries'
  >,
): AlertViews {
  function view(world: World | undefined, alert: Alert): AlertView {
    if (world === undefined || alert.state === 'resolved') return { alert, silences: [], resolving: false };
    const judgement = world.judgements.get(judgementKey(alert.rule, alert.group));
    const needsDown = downNeedNow(world, alert);
    return {
      alert,
      silences: silencesOf(world, alert),
      resolving: judgement?.state === 'resolving',
      ...(needsDown === undefined ? {} : { needsDown }),
    };
  }

  return {
    world: (plan) => find(plan).runner.owned()?.world,
    viewOf: (plan, alert) => view(find(plan).runner.owned()?.world, alert),
    async alerts(plan, query) {
      const { runner } = find(plan);
      const alerts = await repositories.listAlerts({ plan, ...query, limit: query.limit + 1 });
      const world = runner.owned()?.world;
      return pageOf(
        alerts.map((alert) => view(world, alert)),
        query.limit,
        ({ alert }) => numberOf(alert.key),
      );
    },
    async alert(plan, id) {
      const { runner } = find(plan);
      const [stored, notifications, facts] = await Promise.all([
        repositories.findAlert(plan, id),
        repositories.listNotifications(plan, id),
        repositories.listFacts({ plan, subject: id, limit: limits.explainFacts, from: 'latest' }),
      ]);
      const world = runner.owned()?.world;
      const alert = world?.alerts.get(id) ?? stored;
      if (alert === undefined) throw new WatchbillError('not-found', `The plan ${plan} has no alert ${id}.`, id);
      return { ...view(world, alert), facts, notifications, world };
    },
    async silences(plan, query) {
      find(plan);
      const silences = await repositories.listSilences({ plan, ...query, limit: query.limit + 1 });
      return pageOf(silences, query.limit, ({ key }) => numberOf(key));
    },
    async deliveries(plan, query) {
      find(plan);
      const deliveries = await repositories.listDeliveries({ plan, ...query, limit: query.limit + 1 });
      return pageOf(deliveries, query.limit, ({ position }) => position);
    },
  };
}

/** A page from one row more than it has room for, which says whether another page follows. */
function pageOf<Row>(found: readonly Row[], limit: number, placeOf: (row: Row) => number): Page<Row> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return found.length <= limit || last === undefined ? { rows } : { rows, next: placeOf(last) };
}

/** 1042 of `A-1042`. */
function numberOf(key: string): number {
  return Number(key.slice(2));
}
