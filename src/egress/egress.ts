import http from 'node:http';
import https from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { DurationMs } from '#kernel/instant.ts';
import type { MailTransport, OutgoingRequest, Transport, TransportFailure } from '#kernel/ports.ts';
import { createDialler, type Dialler, type MeasuredResponse } from './dialler.ts';
import { type Exchange, exchange, type Watch } from './exchange.ts';
import { createGuard, type GuardOptions, nameNotFound } from './guard.ts';
import { createMailExchange } from './mail-exchange.ts';

export interface EgressOptions extends GuardOptions {
  /** Certificates to trust in place of the system's, for tests and private authorities. */
  readonly ca?: SecureContextOptions['ca'];
  /** Addresses with ports of the name servers to ask for records, e.g. `127.0.0.1:5353`; the system's without them. */
  readonly nameServers?: readonly string[];
}

export interface Egress extends Transport, MailTransport, Dialler {
  /** The way out of one plan: with what the operator permits to it beside what all plans may. Ends with this one. */
  forPlan(plan: string): Egress;
  /** Closes idle and running connections. */
  close(): void;
}

/**
 * The one way out, for HTTP and for mail: resolves the name, checks every address, and dials a checked one, so that a name that
 * resolves differently a moment later changes nothing. A redirect is an answer like any other, never followed.
 * Connections of HTTP are kept alive per checked address and name. No proxy is read from the environment.
 * Failures name the host, never the path, the query or a header, since these may hold secrets.
 */
export function createEgress(options: EgressOptions): Egress {
  const agentOptions = { keepAlive: true, maxFreeSockets: 4, timeout: 30_000 };
  const agents = {
    'http:': new http.Agent(agentOptions),
    'https:': new https.Agent({ ...agentOptions, ...(options.ca === undefined ? {} : { ca: options.ca }) }),
  };
  // For what is to be measured: each request has a connection of its own, so that none is spared its handshakes.
  const single = {
    'http:': new http.Agent({ keepAlive: false }),
    'https:': new https.Agent({
      keepAlive: false,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      maxCachedSessions: 0,
    }),
  };
  const ways = new Map<string | undefined, Egress & { endMail(): void }>();
  const shared: Shared = {
    agents,
    single,
    forPlan(plan) {
      const known = ways.get(plan) ?? createWay({ ...options, ...(plan === undefined ? {} : { plan }) }, shared);
      ways.set(plan, known);
      return known;
    },
    close() {
      for (const kept of [agents, single]) {
        kept['http:'].destroy();
        kept['https:'].destroy();
      }
      for (const way of ways.values()) way.endMail();
    },
  };
  return shared.forPlan(undefined);
}

type Agents = Readonly<Record<'http:' | 'https:', http.Agent>>;

/** What the ways of all plans have in common: a connection that is kept is used only after its address was permitted anew. */
interface Shared {
  readonly agents: Agents;
  readonly single: Agents;
  forPlan(plan: string | undefined): Egress;
  close(): void;
}

function createWay(options: EgressOptions, shared: Shared): Egress & { endMail(): void } {
  const { agents, single } = shared;
  const guard = createGuard(options);
  const mail = createMailExchange(guard, options.ca);
  const monotonicMs = (): number => performance.now();

  function send(request: OutgoingRequest): ReturnType<Transport['send']> {
    return carry(request, AbortSignal.timeout(request.timeoutMs), agents);
  }

  async function carry(
    request: OutgoingRequest,
    deadline: AbortSignal,
    through: Agents,
    watch?: Watch,
  ): ReturnType<Transport['send']> {
    const startedMs = monotonicMs();
    const target = readTarget(request.url);
    if ('reason' in target) return { ok: false, failure: target };

    const addresses = await guard(target.host, target.port, deadline, request.timeoutMs);
    if ('reason' in addresses) return { ok: false, failure: addresses };
    if (watch !== undefined) watch.timings.dnsMs = monotonicMs() - startedMs;

    let failure: TransportFailure = nameNotFound(target.host);
    for (const address of addresses.list) {
      const result = await exchange(request, target, address, through[target.protocol], deadline, watch);
      // Only a connection that never stood lets another address be tried: the request has not left.
      if (result.ok || result.failure.reason !== 'connection-failed' || result.failure.sent !== 'no') return result;
      failure = result.failure;
    }
    return { ok: false, failure };
  }

  function ask(request: OutgoingRequest, signal: AbortSignal): ReturnType<Dialler['ask']> {
    return within(request.timeoutMs, signal, async (deadline) => {
      const watch: Watch = { timings: {}, monotonicMs };
      const result = await carry(request, deadline, single, watch);
      if (!result.ok) return result;
      const value: MeasuredResponse = { ...result.value, timings: watch.timings };
      return { ok: true, value };
    });
  }

  return {
    send,
    sendMail: mail.sendMail,
    ask,
    ...createDialler({ guard, within, monotonicMs, ca: options.ca, nameServers: options.nameServers }),
    forPlan: (plan) => shared.forPlan(plan),
    endMail: () => mail.close(),
    close: () => shared.close(),
  };
}

/**
 * Runs with a signal that aborts after so long, or with the one given. In place of `AbortSignal.any`, whose parts are only freed by the
 * garbage collector: this is done thousands of times a second.
 */
async function within<Value>(
  timeoutMs: DurationMs,
  signal: AbortSignal,
  run: (deadline: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function readTarget(text: string): Exchange | TransportFailure {
  if (!URL.canParse(text)) return { reason: 'url-refused', message: 'The address is no URL.', sent: 'no' };
  const url = new URL(text);
  const protocol = url.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { reason: 'scheme-refused', message: `Only http and https are dialled, not '${protocol}'.`, sent: 'no' };
  }
  if (url.username !== '' || url.password !== '') {
    const message = 'The URL holds a user name or password; give credentials as a secret of the channel.';
    return { reason: 'url-refused', message, sent: 'no' };
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    protocol,
    host,
    port: url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port),
    hostHeader: url.host,
    path: `${url.pathname}${url.search}`,
  };
}
