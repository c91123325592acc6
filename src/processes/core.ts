import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createEgress } from '#egress/egress.ts';
import { createHoldsBack } from '#egress/holds-back.ts';
import { runCore } from '#engine/run-core.ts';
import { createLinks } from '#http/acknowledge-link/links.ts';
import { createApplication } from '#http/application.ts';
import { createCoreServices } from '#http/core-services.ts';
import type { ApiServices } from '#http/services.ts';
import { type Access, createAccess } from '#http/sign-in/access.ts';
import { readWebFiles } from '#http/web/web-files.ts';
import { keepErrorGroups } from '#insight/errors/keep-groups.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { compilePlan } from '#plan/compile.ts';
import { openClickHouse } from '#storage/clickhouse/client.ts';
import { askWithin } from '#storage/clickhouse/within.ts';
import { createErrorGroups } from '#storage/postgres/error-groups.ts';
import { createListUploads } from '#storage/postgres/list-uploads.ts';
import { migratePostgres } from '#storage/postgres/migrate.ts';
import { openPool } from '#storage/postgres/pool.ts';
import { endPredecessorLeases } from '#storage/postgres/predecessor.ts';
import { clickHouseFigures, postgresFigures } from '#storage/store-figures.ts';
import { readAllowances } from './allowances.ts';
import { applyGivenPlans } from './given-plans.ts';
import { createLog } from './log.ts';
import { readMachine } from './machine.ts';
import type { CoreConfiguration } from './messages.ts';
import type { RoleOptions, StartOptions } from './role.ts';
import { watchStores } from './store-health.ts';

const READY_CHECK_MS = 20;
const WEB_FOLDER = join(import.meta.dirname, '../../web/dist');

/** The core's process: PostgreSQL, the engine, the link for intake, and the API for people. */
export async function startCore(
  configuration: CoreConfiguration,
  options: StartOptions,
  onReady: () => void,
  onSetUpLink: (path: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const { clock, random, environment } = options;
  const log = createLog('core', clock);
  const allow = readAllowances(configuration.egressAllow);
  const transport = createEgress({ allow });
  await migrate(configuration, clock);
  const pool = openPool({
    address: configuration.postgres,
    applicationName: 'watchbill core',
    queryTimeoutMs: limits.storeStatementMs,
    onError: (problem) => log('warning', 'a connection to PostgreSQL broke', { problem: problem.message }),
  });
  await endPredecessorLeases(pool, configuration.installation, clock.now());
  const resolveSecret = async (name: string): Promise<string | undefined> =>
    (Object.hasOwn(configuration.secrets, name) ? configuration.secrets[name] : undefined) ?? environment.secret(name);
  const links = createLinks(configuration.publicUrl, configuration.authSecret);
  const core = await runCore({
    owner: configuration.installation,
    pool,
    linkPath: configuration.linkPath,
    transport,
    mail: transport,
    clock,
    random,
    compile: compilePlan,
    resolveSecret,
    links,
    log,
  });
  const telemetry = openClickHouse(configuration.clickhouse);
  const stores = watchStores(
    [
      { name: 'PostgreSQL', ask: async () => void (await pool.query('select 1')) },
      { name: 'The telemetry store', ask: () => askClickHouse(telemetry) },
    ],
    clock,
  );
  const errorGroups = createErrorGroups(pool);
  const stopKeepingErrors = keepErrorGroups({
    groups: errorGroups,
    askTelemetry: askWithin(telemetry, clock),
    clock,
    plans: () => core.plans(),
    segmentsWaiting: async () => (await core.intakeStatus())?.segmentsWaiting,
    log: (message, detail) => log('warning', message, detail),
  });
  const { adminToken, authSecret } = configuration;
  const access = createAccess({
    ...{ pool, clock, random, adminToken, authSecret },
    isPlan: (name) => core.plans().includes(name),
    publicUrl: configuration.publicUrl,
  });
  const services = createCoreServices({
    core,
    access,
    clock,
    version: configuration.version,
    storeProblems: stores,
    resolveSecret,
    holdsBack: createHoldsBack(allow),
    links,
    askTelemetry: askWithin(telemetry, clock),
    errorGroups,
    listUploads: createListUploads(pool),
    intakeUrl: configuration.publicIntakeUrl,
    machine: readMachine({
      dataFolder: configuration.dataFolder,
      reports: options.processes,
      eventLoopDelayMs: options.eventLoopDelayMs,
    }),
    stores: [
      {
        name: 'PostgreSQL',
        ask: async () => void (await pool.query('select 1')),
        figures: () => postgresFigures(pool),
      },
      {
        name: 'telemetry store',
        ask: () => askClickHouse(telemetry),
        figures: () => askWithin(telemetry, clock)(clickHouseFigures),
      },
    ],
    log: (message, detail) => log('warning', message, detail),
  });
  await applyGivenPlans(core, services, configuration, clock);
  const setUpPath = await access.makeSetUpPath();
  if (setUpPath !== undefined) onSetUpLink(setUpPath);
  const server = await listen(configuration, services, access, options, log);
  const stopChecking = whenReady(services, clock, () => {
    onReady();
    void warnOfNotices(services, log);
  });
  return {
    async stop() {
      stopChecking();
      stopKeepingErrors();
      services.live.stop();
      services.logs.stop();
      services.health.stop();
      await services.rehearsals.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await core.stop();
      transport.close();
      await telemetry.close();
      await pool.end();
    },
  };
}

/** On connections of its own: a migration may take longer than any statement of the core. */
async function migrate(configuration: CoreConfiguration, clock: Clock): Promise<void> {
  const pool = openPool({ address: configuration.postgres, applicationName: 'watchbill migration' });
  try {
    await migratePostgres(pool, clock.now());
  } finally {
    await pool.end();
  }
}

async function listen(
  configuration: CoreConfiguration,
  services: ApiServices,
  access: Access,
  options: RoleOptions,
  log: ReturnType<typeof createLog>,
): Promise<Server> {
  const web = await readWebFiles(WEB_FOLDER);
  if (web === undefined) log('warning', 'the pages are not built: `npm run build:web` builds them');
  const application = createApplication({
    ...(web === undefined ? {} : { web }),
    services,
    authenticate: access.authenticate,
    hosts: hostsOf(configuration),
    publicUrl: configuration.publicUrl,
    trustedProxies: configuration.trustedProxies,
    random: options.random,
    clock: options.clock,
    audit: access.audit,
    version: configuration.version,
    log: (message, detail) => log('error', message, detail),
  });
  const server = createServer(
    {
      maxHeaderSize: limits.requestHeaderBytes,
      requestTimeout: limits.requestTotalMs,
      headersTimeout: limits.requestHeadersMs,
    },
    getRequestListener(application.fetch),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new WatchbillError(
          'configuration-invalid',
          `Cannot listen on ${configuration.host}:${configuration.port}: ${error.message}`,
        ),
      );
    });
    server.listen(configuration.port, configuration.host, resolve);
  });
  return server;
}

/** The names under which browsers and programs may address this server. */
function hostsOf({ host, names, publicUrl }: CoreConfiguration): readonly string[] {
  const all = ['localhost', '127.0.0.1', '[::1]', host, new URL(publicUrl).hostname, ...names];
  return [...new Set(all.map((name) => name.toLowerCase()))];
}

/** What people should know from the start, e.g. a channel without its secret; the status shows it as well. */
async function warnOfNotices(services: ApiServices, log: ReturnType<typeof createLog>): Promise<void> {
  const { plans } = await services.status.status(() => true);
  for (const { plan, notices } of plans) for (const notice of notices) log('warning', notice, { plan });
}

async function askClickHouse(client: ReturnType<typeof openClickHouse>): Promise<void> {
  const answer = await client.ping();
  if (!answer.success) throw answer.error;
}

function whenReady(services: ApiServices, clock: RoleOptions['clock'], onReady: () => void): () => void {
  let stopped = false;
  const check = async (): Promise<void> => {
    const { ready } = await services.status.readiness().catch(() => ({ ready: false }));
    if (stopped) return;
    if (ready) onReady();
    else clock.after(READY_CHECK_MS, () => void check());
  };
  void check();
  return () => {
    stopped = true;
  };
}
