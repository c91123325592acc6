import { createEgress } from '#egress/egress.ts';
import { readKeys } from '#insight/keys/read-keys.ts';
import { readHistory } from '#insight/probes/read-history.ts';
import { type IntakeProcess, runIntake } from '#intake/process.ts';
import { Secrets } from '#intake/secrets.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { rollUpCheckRuns } from '#storage/clickhouse/check-runs.ts';
import { rollUpCheckSlices } from '#storage/clickhouse/check-slices.ts';
import { openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { migrateClickHouse } from '#storage/clickhouse/migrate.ts';
import { rollUpReadings } from '#storage/clickhouse/roll-up.ts';
import { askWithin } from '#storage/clickhouse/within.ts';
import { readAllowances } from './allowances.ts';
import { createLog } from './log.ts';
import type { IntakeConfiguration } from './messages.ts';
import type { StartOptions } from './role.ts';

const RETRY_MS = 200;

/** Intake's process. It needs neither the core nor the stores to take events in; both may come later or go. */
export async function startIntake(
  configuration: IntakeConfiguration,
  options: StartOptions,
  onReady: () => void,
  onHopeless: (problem: WatchbillError) => void,
  onProbesWanted: (wanted: boolean) => void,
): Promise<{ stop(): Promise<void> }> {
  const { clock, random } = options;
  const log = createLog('intake', clock);
  const { role: _, egressAllow, ...rest } = configuration;
  const transport = createEgress({ allow: readAllowances(egressAllow) });
  let stopped = false;
  let areProbesWanted: boolean | undefined;
  let rollUpProblem: string | undefined;
  let intake: IntakeProcess | undefined;

  async function prepareTelemetryStore(): Promise<void> {
    try {
      await prepareClickHouse(configuration.clickhouse);
      const client = openClickHouse(configuration.clickhouse);
      try {
        await migrateClickHouse(client, clock.now());
      } finally {
        await client.close();
      }
    } catch (thrown) {
      if (thrown instanceof WatchbillError) return onHopeless(thrown);
      // Not there yet, or gone again: events wait in the spool meanwhile.
      if (!stopped) clock.after(RETRY_MS, () => void prepareTelemetryStore());
    }
  }

  /** Charts of long ranges read what this has written; that it comes late costs nothing else. Runs wait for what the spool holds. */
  async function rollUp(): Promise<void> {
    const client = openClickHouse(configuration.clickhouse);
    try {
      await rollUpReadings(client, clock.now());
      if (intake === undefined) return;
      const waitsFrom = intake.loadsFrom();
      await rollUpCheckRuns(client, clock.now(), waitsFrom);
      await rollUpCheckSlices(client, clock.now(), waitsFrom);
    } catch (thrown) {
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      if (!stopped && problem !== rollUpProblem)
        log('warning', 'readings or results of probes were not rolled up', { problem });
      rollUpProblem = problem;
    } finally {
      await client.close();
      if (!stopped) clock.after(limits.rollUpEveryMs, () => void rollUp());
    }
  }

  void prepareTelemetryStore();
  clock.after(limits.rollUpEveryMs, () => void rollUp());
  const secrets = new Secrets((names) => options.secrets.ask(names));
  options.secrets.onValues((values) => secrets.accept(values));
  const running = await runIntake({
    ...rest,
    secrets,
    transport,
    history: (client) => {
      const ask = askWithin(client, clock);
      return {
        read: (plan, wanted) => readHistory(ask, plan, wanted),
        readKeys: (plan, wanted) => readKeys(ask, plan, wanted),
      };
    },
    clock,
    random,
    onPlans(plans) {
      const wanted = [...plans.values()].some(({ probes = [] }) => probes.length > 0);
      if (wanted !== areProbesWanted) onProbesWanted(wanted);
      areProbesWanted = wanted;
    },
    eventLoopDelayMs: options.eventLoopDelayMs,
    log: (message) => log('warning', message),
  });
  intake = running;
  onReady();
  return {
    async stop() {
      stopped = true;
      await running.stop();
      transport.close();
    },
  };
}
