import { Secrets } from '#intake/secrets.ts';
import { HOME_LOCATION } from '#plan/prober-orders.ts';
import { runProber } from '#probes/run-prober.ts';
import { readAllowances } from './allowances.ts';
import { createLog } from './log.ts';
import type { ProberConfiguration } from './messages.ts';
import type { StartOptions } from './role.ts';

/** The server's own prober. It needs nothing but intake, and waits for that when it is not there. */
export function startProber(
  configuration: ProberConfiguration,
  options: StartOptions,
  onReady: () => void,
): { stop(): Promise<void> } {
  const { clock, random } = options;
  const log = createLog('prober', clock);
  const secrets = new Secrets((names) => options.secrets.ask(names));
  options.secrets.onValues((values) => secrets.accept(values));
  const { stop } = runProber({
    location: HOME_LOCATION,
    intakeUrl: configuration.intakeUrl,
    key: configuration.key,
    allow: readAllowances(configuration.egressAllow),
    clock,
    random,
    secret: (name) => secrets.look(name),
    wantSecrets: (names) => secrets.want(names),
    log: (message) => log('warning', message),
  });
  onReady();
  return { stop };
}
