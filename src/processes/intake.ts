import { runIntake } from '#intake/process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { migrateClickHouse } from '#storage/clickhouse/migrate.ts';
import { createLog } from './log.ts';
import type { IntakeConfiguration } from './messages.ts';
import type { RoleOptions } from './role.ts';

const RETRY_MS = 200;

/** Intake's process. It needs neither the core nor the stores to take events in; both may come later or go. */
export async function startIntake(
  configuration: IntakeConfiguration,
  options: RoleOptions,
  onReady: () => void,
  onHopeless: (problem: WatchbillError) => void,
): Promise<{ stop(): Promise<void> }> {
  const { clock, random } = options;
  const log = createLog('intake', clock);
  const { role: _, ...rest } = configuration;
  let stopped = false;

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

  void prepareTelemetryStore();
  const intake = await runIntake({ ...rest, clock, random, log: (message) => log('warning', message) });
  onReady();
  return {
    async stop() {
      stopped = true;
      await intake.stop();
    },
  };
}
