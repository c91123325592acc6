import type { Command } from 'commander';
import { parseEgressAllow } from '#egress/allowance.ts';
import { type ErrorCode, WatchbillError } from '#kernel/error-codes.ts';
import { HOME_LOCATION, isLocation, LOCATION_FORM } from '#plan/prober-orders.ts';
import type { OrdersFailure } from '#probes/intake-link.ts';
import { runProber } from '#probes/run-prober.ts';
import { readPublicUrl } from './options.ts';
import type { Runtime } from './runtime.ts';

interface ProbeCommandOptions {
  readonly server: string;
  readonly location: string;
  readonly key?: string;
}

/** `watchbill probe`: the probes of a plan from another machine, until it is stopped. */
export function registerProbe(program: Command, runtime: Runtime): void {
  program
    .command('probe')
    .summary("make a plan's probes from this machine too, and tell the server what they find")
    .requiredOption('--server <url>', "where the server's intake is reached, e.g. https://watch.example:4318")
    .requiredOption('--location <name>', 'what this place is called, e.g. frankfurt')
    .option('--key <key>', 'a key for a prober (default: WATCHBILL_INGEST_KEY)')
    .addHelpText(
      'after',
      '\nSecrets that the probes name are read from this machine\'s environment, and WATCHBILL_EGRESS_ALLOW says which private addresses it may look at.\nWhile the server is away, results are kept in memory and told later.\n\nExample:\n  $ watchbill probe --server https://watch.example:4318 --location frankfurt --key "$(watchbill key create frankfurt --for prober)"',
    )
    .action(async (options: ProbeCommandOptions) => {
      const key = options.key ?? runtime.defaults.ingestKey;
      if (key === undefined) {
        throw new WatchbillError('credential-missing', 'Give a key with --key or WATCHBILL_INGEST_KEY.');
      }
      if (!isLocation(options.location) || options.location === HOME_LOCATION) {
        throw new WatchbillError('usage', `A location is ${LOCATION_FORM}, and not \`${HOME_LOCATION}\`.`);
      }
      const allow = parseEgressAllow(runtime.egressAllow.join(','));
      if (!allow.ok) throw new WatchbillError(allow.failure.code, allow.failure.message, allow.failure.where);
      const refused = Promise.withResolvers<OrdersFailure>();
      const { prober, stop } = runProber({
        location: options.location,
        intakeUrl: readPublicUrl(options.server),
        key,
        allow: allow.value,
        clock: runtime.clock,
        random: runtime.random,
        secret(name) {
          const value = runtime.secret(name);
          return value === undefined ? { state: 'unset' } : { state: 'known', value };
        },
        wantSecrets: () => {},
        log: (message) => runtime.writeError(`${message}\n`),
        onRefused: refused.resolve,
      });
      runtime.write(`Probing as ${options.location} for ${options.server}; stop with Ctrl-C.\n`);
      const stopped = new Promise<undefined>((resolve) => {
        if (runtime.stopSignal.aborted) resolve(undefined);
        runtime.stopSignal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      const failure = await Promise.race([refused.promise, stopped]);
      await stop();
      if (failure !== undefined)
        throw new WatchbillError((failure.code ?? 'invalid-request') as ErrorCode, failure.message);
      const { waiting } = prober.state;
      if (waiting > 0) runtime.writeError(`${waiting} results could not be told any more.\n`);
    });
}
