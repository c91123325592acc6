import ipaddr from 'ipaddr.js';
import { refuseAddress } from './address.ts';
import { type Allowance, allowancesFor } from './allowance.ts';

/**
 * Why what a plan has sent to this host (lower case, no brackets) and port is held back, e.g. `10.1.2.3 is a private address`, as far as
 * that is known without asking a resolver: of literal addresses and `localhost`. Undefined when they are not, or for a name.
 */
export type HoldsBack = (host: string, port: number, plan?: string) => string | undefined;

/** Judges as the guard does; only what a name resolves to and the addresses of this host are not looked at. */
export function createHoldsBack(allow: readonly Allowance[]): HoldsBack {
  return (host, port, plan) => {
    const address = host === 'localhost' ? '127.0.0.1' : host;
    return ipaddr.isValid(address)
      ? refuseAddress(address, host, port, allowancesFor(allow, plan), new Set())
      : undefined;
  };
}
