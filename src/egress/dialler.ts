import { Resolver } from 'node:dns/promises';
import net from 'node:net';
import tls, { type SecureContextOptions } from 'node:tls';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { IncomingResponse, OutgoingRequest, TransportFailure } from '#kernel/ports.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { isOurs, type Timings } from './exchange.ts';
import { type Guard, nameNotFound } from './guard.ts';

/** A place that can be dialled: a name or an address, and a port. */
export interface Place {
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface MeasuredResponse extends IncomingResponse {
  readonly timings: Timings;
}

/** What a server showed of itself in a handshake that was carried through whatever it showed. */
export interface SeenCertificate {
  /** Absent when it showed none. */
  readonly validTo?: Instant;
  readonly issuer?: string;
  /** Names that it is for, as the certificate says them. */
  readonly names?: string;
  /** e.g. `TLSv1.3`. */
  readonly protocol?: string;
  /** Why it is not trusted under the host's name, e.g. `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly problem?: string;
}

/**
 * What a probe measures others by. Everything goes through the same guard as all that leaves: every address of a name is checked, and a
 * checked one is dialled. `signal` ends it before its time; nothing here throws for what the other side or the network does.
 */
export interface Dialler {
  /** One request over a connection of its own. A redirect is an answer. */
  ask(request: OutgoingRequest, signal: AbortSignal): Promise<Result<MeasuredResponse, TransportFailure>>;
  /** An open connection, which is the caller's to end. */
  connect(
    place: Place,
    timeoutMs: DurationMs,
    signal: AbortSignal,
  ): Promise<Result<{ readonly socket: net.Socket; readonly timings: Timings }, TransportFailure>>;
  /** Shakes hands by TLS, looks at the certificate, and hangs up. */
  inspect(
    place: Place,
    timeoutMs: DurationMs,
    signal: AbortSignal,
  ): Promise<Result<{ readonly certificate: SeenCertificate; readonly timings: Timings }, TransportFailure>>;
  /** For what speaks a protocol of its own over a connection that it makes: the addresses that it may dial, in place of the name. */
  readonly guard: Guard;
  /** Runs with a signal that aborts after so long, or with the one given. */
  within<Value>(
    timeoutMs: DurationMs,
    signal: AbortSignal,
    run: (deadline: AbortSignal) => Promise<Value>,
  ): Promise<Value>;
  /** The records of a domain as text, one each, sorted; empty when it has none of this type. */
  lookUp(
    record: RecordType,
    domain: string,
    timeoutMs: DurationMs,
    signal: AbortSignal,
  ): Promise<Result<readonly string[], TransportFailure>>;
}

export type RecordType = 'A' | 'AAAA' | 'CAA' | 'CNAME' | 'MX' | 'NS' | 'SOA' | 'SRV' | 'TXT';

export interface DiallerOptions {
  readonly guard: Guard;
  readonly within: Dialler['within'];
  readonly monotonicMs: () => number;
  readonly ca: SecureContextOptions['ca'] | undefined;
  readonly nameServers: readonly string[] | undefined;
}

type Stood<Socket> = Result<{ readonly socket: Socket; readonly timings: Timings }, TransportFailure>;

export function createDialler(options: DiallerOptions): Omit<Dialler, 'ask'> {
  const { guard, within, monotonicMs, ca } = options;

  async function open(place: Place, timeoutMs: DurationMs, deadline: AbortSignal): Promise<Stood<net.Socket>> {
    const { host, port } = place;
    const startedMs = monotonicMs();
    const addresses = await guard(host, port, deadline, timeoutMs);
    if ('reason' in addresses) return fail(addresses);
    const dnsMs = monotonicMs() - startedMs;
    let failure: TransportFailure = nameNotFound(host);
    for (const address of addresses.list) {
      const dialledMs = monotonicMs();
      const stood = await stand(net.connect({ host: address, port }), 'connect', place, timeoutMs, deadline);
      if (stood.ok) {
        return ok({ socket: stood.value, timings: { dnsMs, connectMs: monotonicMs() - dialledMs } });
      }
      if (stood.failure.reason !== 'connection-failed') return stood;
      failure = stood.failure;
    }
    return fail(failure);
  }

  return {
    guard,
    within,
    connect: (place, timeoutMs, signal) => within(timeoutMs, signal, (deadline) => open(place, timeoutMs, deadline)),

    inspect: (place, timeoutMs, signal) =>
      within(timeoutMs, signal, async (deadline) => {
        const opened = await open(place, timeoutMs, deadline);
        if (!opened.ok) return opened;
        const { socket, timings } = opened.value;
        const shakenMs = monotonicMs();
        const secure = tls.connect({
          socket,
          // What is shown is to be looked at, trusted or not; nothing is said over this connection.
          rejectUnauthorized: false,
          ...(net.isIP(place.host) === 0 ? { servername: place.host } : { host: place.host }),
          ...(ca === undefined ? {} : { ca }),
        });
        try {
          const shaken = await stand(secure, 'secureConnect', place, timeoutMs, deadline);
          if (!shaken.ok) return shaken;
          const tlsMs = monotonicMs() - shakenMs;
          return ok({ certificate: readCertificate(secure, place.host), timings: { ...timings, tlsMs } });
        } finally {
          secure.destroy();
          socket.destroy();
        }
      }),

    lookUp: (record, domain, timeoutMs, signal) =>
      within(timeoutMs, signal, async (deadline) => {
        const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
        if (options.nameServers !== undefined) resolver.setServers([...options.nameServers]);
        const cancel = (): void => resolver.cancel();
        deadline.addEventListener('abort', cancel, { once: true });
        if (deadline.aborted) return fail(resolverSilent(timeoutMs));
        try {
          return ok((await readers[record](resolver, domain)).toSorted());
        } catch (error) {
          return readLookUpError(error, record, domain, timeoutMs);
        } finally {
          deadline.removeEventListener('abort', cancel);
        }
      }),
  };
}

/** Waits until a socket stands; destroys it when it does not. */
function stand<Socket extends net.Socket>(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  { host, port }: Place,
  timeoutMs: DurationMs,
  deadline: AbortSignal,
): Promise<Result<Socket, TransportFailure>> {
  const place = `${host}:${port}`;
  return new Promise((resolve) => {
    const finish = (result: Result<Socket, TransportFailure>): void => {
      deadline.removeEventListener('abort', onDeadline);
      socket.removeListener('close', onClose);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onDeadline = (): void =>
      finish(fail({ reason: 'timed-out', message: `${place} did not answer within ${timeoutMs} ms.`, sent: 'no' }));
    const onClose = (): void =>
      finish(fail({ reason: 'connection-lost', message: `${place} closed the connection.`, sent: 'no' }));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const what = error.code ?? 'an unnamed error';
      const reason = event === 'connect' ? 'connection-failed' : 'connection-lost';
      const words = event === 'connect' ? 'cannot be reached' : 'did not complete the TLS handshake';
      const ours = isOurs(what) ? ({ isOurs: true } as const) : {};
      finish(fail({ reason, message: `${place} ${words}: ${what}.`, sent: 'no', ...ours }));
    });
    socket.once(event, () => finish(ok(socket)));
    socket.once('close', onClose);
    deadline.addEventListener('abort', onDeadline, { once: true });
    if (deadline.aborted) onDeadline();
  });
}

function readCertificate(socket: tls.TLSSocket, host: string): SeenCertificate {
  const shown = socket.getPeerCertificate();
  // An absent certificate is an empty object.
  const isShown = Object.keys(shown).length > 0;
  const protocol = socket.getProtocol();
  const chain = socket.authorizationError as unknown;
  const name = isShown ? (tls.checkServerIdentity(host, shown) as NodeJS.ErrnoException | undefined) : undefined;
  const problem = chain ? codeOf(chain) : name?.code;
  return {
    ...(isShown ? { validTo: Temporal.Instant.from(isoOf(shown.valid_to)).epochMilliseconds } : {}),
    ...(isShown ? { issuer: text(shown.issuer.O ?? shown.issuer.CN), names: shown.subjectaltname ?? '' } : {}),
    ...(protocol === null ? {} : { protocol }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}

function text(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** OpenSSL's `Nov 12 08:06:59 2030 GMT`. */
function isoOf(written: string): string {
  const [, month = '', day = '', time = '', year = ''] = /^(\w{3}) +(\d+) ([\d:]{8}) (\d{4}) GMT$/.exec(written) ?? [];
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  return `${year}-${number}-${day.padStart(2, '0')}T${time}Z`;
}

const readers: Readonly<Record<RecordType, (resolver: Resolver, domain: string) => Promise<string[]>>> = {
  A: (resolver, domain) => resolver.resolve4(domain),
  AAAA: (resolver, domain) => resolver.resolve6(domain),
  CAA: async (resolver, domain) =>
    (await resolver.resolveCaa(domain)).map(({ critical, ...rest }) => {
      const [property = '', value = ''] = Object.entries(rest).find(([name]) => name !== 'type') ?? [];
      return `${critical} ${property} ${String(value)}`;
    }),
  CNAME: (resolver, domain) => resolver.resolveCname(domain),
  MX: async (resolver, domain) =>
    (await resolver.resolveMx(domain)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  NS: (resolver, domain) => resolver.resolveNs(domain),
  SOA: async (resolver, domain) => {
    const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(domain);
    return [`${nsname} ${hostmaster} ${serial} ${refresh} ${retry} ${expire} ${minttl}`];
  },
  SRV: async (resolver, domain) =>
    (await resolver.resolveSrv(domain)).map(
      ({ priority, weight, port, name }) => `${priority} ${weight} ${port} ${name}`,
    ),
  TXT: async (resolver, domain) => (await resolver.resolveTxt(domain)).map((parts) => parts.join('')),
};

function readLookUpError(
  error: unknown,
  record: RecordType,
  domain: string,
  timeoutMs: DurationMs,
): Result<readonly string[], TransportFailure> {
  const code = codeOf(error);
  switch (code) {
    case 'ENODATA':
      return ok([]);
    case 'ENOTFOUND':
    case 'EBADNAME':
      return fail({ reason: 'name-not-found', message: `There is no domain ${domain}.`, sent: 'no' });
    case 'ESERVFAIL':
    case 'EREFUSED': {
      const message = `The name servers could not answer for ${record} of ${domain}: ${code}.`;
      return fail({ reason: 'connection-failed', message, sent: 'maybe' });
    }
    default:
      return fail(resolverSilent(timeoutMs));
  }
}

function resolverSilent(timeoutMs: DurationMs): TransportFailure {
  const message = `The resolver did not answer within ${timeoutMs} ms.`;
  return { reason: 'timed-out', message, sent: 'no', isOurs: true };
}
