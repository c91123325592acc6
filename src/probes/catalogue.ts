import type { ProbeCheck } from '#plan/probe.ts';
import { dnsKind } from './dns/run.ts';
import { httpKind } from './http/run.ts';
import type { ProbeKind } from './kind.ts';
import { queryKind } from './query/run.ts';
import { tcpKind } from './tcp/run.ts';
import { tlsKind } from './tls/run.ts';

/** Every kind of check that a prober makes. */
const kinds: { readonly [Kind in ProbeCheck['kind']]: ProbeKind<Kind> } = {
  http: httpKind,
  tcp: tcpKind,
  tls: tlsKind,
  dns: dnsKind,
  query: queryKind,
};

export const probeKinds: readonly ProbeKind[] = Object.values(kinds) as unknown as readonly ProbeKind[];

/** The kind that makes a check; undefined for one that this version does not know. */
export function kindOf(check: ProbeCheck): ProbeKind | undefined {
  return Object.hasOwn(kinds, check.kind)
    ? (kinds[check.kind as keyof typeof kinds] as unknown as ProbeKind)
    : undefined;
}
