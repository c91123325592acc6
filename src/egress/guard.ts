import dns from 'node:dns/promises';
import net from 'node:net';
import os from 'node:os';
import ipaddr from 'ipaddr.js';
import type { DurationMs } from '#kernel/instant.ts';
import type { TransportFailure } from '#kernel/ports.ts';
import { refuseAddress } from './address.ts';
import { type Allowance, allowanceAdvice, allowancesFor } from './allowance.ts';

export interface GuardOptions {
  /** What is permitted beside public addresses; see `parseEgressAllow`. */
  readonly allow: readonly Allowance[];
  /** The plan that what is dialled is of; what is allowed to other plans is not to this one. */
  readonly plan?: string;
  /** All addresses of a name; throws when it has none. The system's resolver by default, which also reads the hosts file. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** Addresses of this host, which are refused even when public. Read anew for each request by default. */
  readonly ownAddresses?: () => readonly string[];
}

/** The addresses of a host that may be dialled, all of them checked, or why none is. `host` is lower case, without brackets. */
export type Guard = (
  host: string,
  port: number,
  deadline: AbortSignal,
  timeoutMs: DurationMs,
) => Promise<{ readonly list: readonly string[] } | TransportFailure>;

/** Resolves a name once and checks every address that it has: one that is not permitted refuses them all. */
export function createGuard(options: GuardOptions): Guard {
  const resolve = options.resolve ?? resolveBySystem;
  const allow = allowancesFor(options.allow, options.plan);
  const ownAddresses = options.ownAddresses ?? interfaceAddresses;

  async function addressesOf(host: string, deadline: AbortSignal, timeoutMs: DurationMs): ReturnType<Guard> {
    if (net.isIP(host) !== 0) return { list: [host] };
    try {
      const list = await Promise.race([resolve(host), rejectOn(deadline)]);
      return list.length === 0 ? nameNotFound(host) : { list };
    } catch (error) {
      if (!deadline.aborted) return isResolverAway(error) ? resolverAway(host) : nameNotFound(host);
      const message = `The name ${host} was not resolved within ${timeoutMs} ms.`;
      return { reason: 'timed-out', message, sent: 'no', isOurs: true };
    }
  }

  return async (host, port, deadline, timeoutMs) => {
    const addresses = await addressesOf(host, deadline, timeoutMs);
    if ('reason' in addresses) return addresses;
    // Asked of the system only for an address that would be dialled otherwise and is not allowed by name: that costs more than all the rest.
    const own = { has: (address: string) => ownAddresses().some((one) => normalise(one) === address) };
    for (const address of addresses.list) {
      const refusal = refuseAddress(address, host, port, allow, own);
      if (refusal === undefined) continue;
      // Without a zone or nonsense in it, an address is refused only because nobody has allowed it yet.
      const remedy =
        net.isIP(address) === 0 || address.includes('%') ? '' : ` ${allowanceAdvice(host, port, options.plan)}`;
      const message = `${host} was not dialled: ${refusal}.${remedy}`;
      return { reason: 'address-refused', message, sent: 'no' };
    }
    return addresses;
  };
}

export function nameNotFound(host: string): TransportFailure {
  return { reason: 'name-not-found', message: `The name ${host} has no address.`, sent: 'no' };
}

function isResolverAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAI_AGAIN';
}

function resolverAway(host: string): TransportFailure {
  const message = `The name ${host} cannot be looked up now: the resolver does not answer.`;
  return { reason: 'name-not-found', message, sent: 'no', isOurs: true };
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await dns.lookup(host, { all: true })).map((entry) => entry.address);
}

function interfaceAddresses(): readonly string[] {
  return Object.values(os.networkInterfaces()).flatMap((entries) => (entries ?? []).map((entry) => entry.address));
}

function normalise(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toString() : address;
}
