import type { HoldsBack } from '#egress/holds-back.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ErrorGroups } from '#storage/postgres/error-groups.ts';
import type { ListUploads } from '#storage/postgres/list-uploads.ts';
import { createLinkServices } from './acknowledge-link/link-services.ts';
import type { Links } from './acknowledge-link/links.ts';
import { createAlertServices } from './alerts/alert-services.ts';
import { createAssessmentServices } from './assessments/assessment-services.ts';
import { createChannelServices } from './channels/channel-services.ts';
import { createComparisonServices } from './comparisons/comparison-services.ts';
import { createDataServices } from './data/data-services.ts';
import { createDeliveryServices } from './deliveries/delivery-services.ts';
import { createDeploymentServices } from './deployments/deployment-services.ts';
import { createErrorServices } from './errors/error-services.ts';
import { createHealthServices } from './health/health-services.ts';
import type { MachineHealth, StoreProbe } from './health/services.ts';
import { createHeartbeatServices } from './heartbeats/heartbeat-services.ts';
import { createJournalServices } from './journal/journal-services.ts';
import { createKeyServices } from './keys/key-services.ts';
import { createLiveServices } from './live/live-services.ts';
import { createLogServices } from './logs/log-services.ts';
import { createMetricsServices } from './metrics/metrics-services.ts';
import type { ResolveSecret } from './missing-secrets.ts';
import { createOverviewServices } from './overview/overview-services.ts';
import { createPlanServiceServices } from './plan-services/plan-service-services.ts';
import { createNeverSent } from './plans/never-sent.ts';
import { createPlanServices } from './plans/plan-services.ts';
import { createProbeServices } from './probes/probe-services.ts';
import { createRehearsalServices } from './rehearsals/rehearsal-services.ts';
import { createReviewServices } from './reviews/review-services.ts';
import { createScrapeServices } from './scrapes/scrape-services.ts';
import { createSearchServices } from './searches/search-services.ts';
import type { ApiServices } from './services.ts';
import type { Access } from './sign-in/access.ts';
import { createSignalServices } from './signals/series-services.ts';
import { createSilenceServices } from './silences/silence-services.ts';
import { createStatusServices, type StatusServicesOptions } from './status/status-services.ts';
import { createTraceServices } from './traces/trace-services.ts';
import { createUnreachable } from './unreachable.ts';
import { createUserServices } from './users/user-services.ts';
import { createWebhookServices } from './webhooks/webhook-services.ts';

export interface CoreServicesOptions extends Omit<StatusServicesOptions, 'unreachable'> {
  /** The one that the channels' secrets are resolved by. */
  readonly resolveSecret: ResolveSecret;
  /** What the way out to the network holds back. */
  readonly holdsBack: HoldsBack;
  readonly links: Pick<Links, 'key' | 'alertUrl'>;
  readonly access: Pick<Access, 'services'>;
  /** Asks the telemetry store what the past was. */
  readonly askTelemetry: AskTelemetry;
  /** What is kept of groups of errors. */
  readonly errorGroups: ErrorGroups;
  /** Lists that people uploaded. */
  readonly listUploads: ListUploads;
  /** Where senders reach intake. */
  readonly intakeUrl: string;
  readonly machine: MachineHealth;
  /** PostgreSQL, then the telemetry store. */
  readonly stores: readonly StoreProbe[];
  readonly log: (message: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** The verbs' view of the core process. */
export function createCoreServices(options: CoreServicesOptions): ApiServices {
  const { core, clock, resolveSecret, log, askTelemetry } = options;
  const unreachable = createUnreachable(resolveSecret, options.holdsBack);
  const status = createStatusServices({ ...options, unreachable });
  const live = createLiveServices({ core, clock, log });
  const health = createHealthServices({ ...options, status, live });
  const probes = createProbeServices({ core, clock, askTelemetry });
  const reviews = createReviewServices({ core, clock, askTelemetry });
  const heartbeats = createHeartbeatServices({ core, clock, intakeUrl: options.intakeUrl });
  return {
    ...options.access.services,
    status,
    plans: createPlanServices(core, unreachable, createNeverSent(askTelemetry, clock)),
    rehearsals: createRehearsalServices(core, clock),
    journal: createJournalServices(core, clock),
    alerts: createAlertServices(core),
    silences: createSilenceServices(core, clock),
    deliveries: createDeliveryServices(core),
    keys: createKeyServices(core, clock, options.intakeUrl),
    channels: createChannelServices(core, clock, resolveSecret),
    overview: createOverviewServices(core, clock),
    acknowledgeLinks: createLinkServices({ core, clock, ...options.links }),
    live,
    signals: createSignalServices({ core, clock, askTelemetry }),
    logs: createLogServices({ core, clock, askTelemetry }),
    searches: createSearchServices(core),
    traces: createTraceServices({ core, clock, askTelemetry }),
    data: createDataServices({ core, clock, askTelemetry, intakeUrl: options.intakeUrl }),
    deployments: createDeploymentServices({ core, clock, askTelemetry }),
    errors: createErrorServices({ core, clock, askTelemetry, groups: options.errorGroups }),
    users: createUserServices({ core, clock, askTelemetry, uploads: options.listUploads }),
    webhooks: createWebhookServices({ core, clock, askTelemetry, resolveSecret, intakeUrl: options.intakeUrl }),
    health,
    metrics: createMetricsServices({ health, status, core, clock, askTelemetry }),
    scrapes: createScrapeServices(core),
    probes,
    heartbeats,
    reviews,
    comparisons: createComparisonServices({ core, clock, askTelemetry, uploads: options.listUploads }),
    planServices: createPlanServiceServices({ core, clock, probes, heartbeats }),
    assessments: createAssessmentServices({ core, clock, askTelemetry, reviews }),
  };
}
