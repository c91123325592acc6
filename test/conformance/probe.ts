import { createServer as createHttp, type Server as HttpServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createEgress, type Egress, type EgressOptions } from '#egress/egress.ts';
import { limits } from '#kernel/limits.ts';
import type { Probe, ProbeCheck } from '#plan/probe.ts';
import { commonReasons, type ProbeKind } from '#probes/kind.ts';
import { type LookContext, look } from '#probes/look.ts';
import type { ProbeResult } from '#probes/result.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { createSystemRandom } from '../../src/system-random.ts';

/** A secret that may appear nowhere but in what leaves for the target. */
export const PROBE_SECRET = 'planted-secret-of-a-probe';

const clock = createSystemClock();

/** The way out with these entries allowed. */
export function probeEgress(allow: string, options: Omit<EgressOptions, 'allow'> = {}): Egress {
  const parsed = parseEgressAllow(allow);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return createEgress({ allow: parsed.value, ...options });
}

/** One look of a probe with this check. */
export function lookAt(
  check: ProbeCheck,
  dialler: Egress,
  probe: Partial<Probe> = {},
  more: Partial<LookContext> & { readonly budgetMs?: number } = {},
): Promise<ProbeResult> {
  const { budgetMs, ...context } = more;
  const timeoutMs = probe.timeoutMs ?? 5_000;
  return look(
    { name: 'shop', text: 'shop', check, everyMs: { otherwise: 60_000 }, expect: [], ...probe, timeoutMs },
    { dueAt: 1_790_000_000_000, location: 'here', timeoutMs: budgetMs ?? timeoutMs },
    {
      dialler,
      clock,
      now: () => clock.now(),
      signal: new AbortController().signal,
      secret: () => ({ state: 'known', value: PROBE_SECRET }),
      database: () => undefined,
      random: createSystemRandom(),
      heard: async () => ({ ok: false, failure: 'Nobody listens here.' }),
      ...context,
    },
  );
}

/** What a kind is tried with. */
export interface ProbeTrial {
  readonly kind: Pick<ProbeKind, 'spec'>;
  /** A check of a target at this place of loopback. */
  readonly check: (port: number) => ProbeCheck;
  /** Answers well, echoing what it is sent; resolves with its port. */
  readonly startWell: () => Promise<{ readonly port: number; stop(): Promise<void> }>;
  readonly egress?: Omit<EgressOptions, 'allow'>;
  /** What the kind needs to know beside; a value of a secret holds `PROBE_SECRET`. */
  readonly context?: Partial<LookContext>;
}

/** What every kind that dials its target keeps to, tried with real sockets. */
export function checkProbeKind(trial: ProbeTrial): void {
  const { kind, check, startWell } = trial;
  const closers: (() => unknown)[] = [];
  const lookOf: typeof lookAt = (checked, egress, probe, more) =>
    lookAt(checked, egress, probe, { ...trial.context, ...more });
  let allowed: Egress;
  let refused: Egress;
  let silent: { readonly port: number };
  let well: { readonly port: number };

  beforeAll(async () => {
    allowed = probeEgress('127.0.0.1', trial.egress);
    refused = probeEgress('', trial.egress);
    silent = await startSilent(closers);
    const started = await startWell();
    closers.push(() => started.stop());
    well = started;
  });
  afterAll(async () => {
    for (const close of closers) await close();
    allowed.close();
    refused.close();
  });

  describe(`the kind ${kind.spec.kind}: ${kind.spec.form}`, () => {
    it('passes for a target that is well, with the fields that its spec names', async () => {
      const result = await lookOf(check(well.port), allowed);
      expect(result).toMatchObject({ outcome: 'passed', probe: 'shop', location: 'here' });
      expect(result.evidence).toBeUndefined();
      expect(Object.keys(kind.spec.fields)).toEqual(expect.arrayContaining(Object.keys(result.fields)));
    });

    it('says that a target is away in place of throwing', async () => {
      const result = await lookOf(check(await closedPort()), allowed);
      expectKnownReason(kind, result);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    });

    it('does not dial what the operator does not permit, says what would permit it, and counts it for nothing', async () => {
      const result = await lookOf(check(well.port), refused);
      expect(result).toMatchObject({ outcome: 'unmeasured', reason: 'address-refused' });
      expect(result.message).toMatch(new RegExp(`add .[a-z0-9.]+:${well.port}. to WATCHBILL_EGRESS_ALLOW`));
    });

    it('says that a target is broken that hangs up', async () => {
      const rude = await startServer(closers, (socket) => socket.destroy());
      const result = await lookOf(check(rude.port), allowed);
      if (kind.spec.kind !== 'tcp') expect(result).toMatchObject({ outcome: 'failed' });
      expectKnownReason(kind, result);
    });

    it('says that a target is broken that talks nonsense, within its limits', async () => {
      const mad = await startServer(closers, (socket) => {
        socket.write(Buffer.alloc(65_536, 0x58));
        socket.on('error', () => {});
      });
      const result = await lookOf(check(mad.port), allowed, { timeoutMs: 1_000 });
      if (kind.spec.kind !== 'tcp') expect(result).toMatchObject({ outcome: 'failed' });
      expectKnownReason(kind, result);
      expect(JSON.stringify(result).length).toBeLessThan(limits.probeEvidenceCharacters * 2 + 2_000);
    });

    if (kind.spec.kind !== 'tcp') {
      it('ends when its time is over', async () => {
        const result = await lookOf(check(silent.port), allowed, { timeoutMs: 200 });
        expect(result).toMatchObject({ outcome: 'failed', reason: 'timed-out' });
        expect(result.durationMs).toBeGreaterThanOrEqual(190);
      });

      it('does not blame a target that we left too little time', async () => {
        const result = await lookOf(check(silent.port), allowed, { timeoutMs: 5_000 }, { budgetMs: 100 });
        expect(result).toMatchObject({ outcome: 'unmeasured', reason: 'started-late' });
      });

      it('does not blame a target for what held us up', async () => {
        let heldUpMs = 0;
        const result = await lookOf(
          check(silent.port),
          allowed,
          { timeoutMs: 200 },
          { heldUpMs: () => (heldUpMs += 100) },
        );
        expect(result).toMatchObject({ outcome: 'unmeasured', reason: 'started-late' });
      });

      it('ends when nobody waits for it any more', async () => {
        const controller = new AbortController();
        const looking = lookOf(check(silent.port), allowed, { timeoutMs: 60_000 }, { signal: controller.signal });
        controller.abort();
        expect(await looking).toMatchObject({ outcome: 'unmeasured', reason: 'stopped' });
      });
    }

    it('tells no secret', async () => {
      for (const egress of [allowed, refused]) {
        const result = await lookOf(check(well.port), egress, { expect: [impossible] });
        expect(result.outcome).not.toBe('passed');
        expect(JSON.stringify(result)).not.toContain(PROBE_SECRET);
      }
    });
  });
}

const impossible = {
  text: 'time < 0s',
  where: { kind: 'compare', field: 'time', operator: '<', value: 0 },
} as const;

/** Reasons are a closed list, and each says for itself whether the target is to blame. */
export function expectKnownReason(kind: Pick<ProbeKind, 'spec'>, { outcome, reason }: ProbeResult): void {
  if (outcome === 'passed') return;
  const known: typeof kind.spec.reasons = { ...commonReasons, ...kind.spec.reasons };
  expect(known[reason ?? '']?.outcome).toBe(outcome);
}

async function startServer(
  closers: (() => unknown)[],
  onSocket: (socket: import('node:net').Socket) => void,
): Promise<{ readonly port: number }> {
  const sockets = new Set<import('node:net').Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

/** Accepts and says nothing. */
function startSilent(closers: (() => unknown)[]): Promise<{ readonly port: number }> {
  return startServer(closers, () => {});
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Lets a server of a test listen on loopback. */
export async function serve(server: Server): Promise<{ readonly port: number; stop(): Promise<void> }> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      (server as Partial<HttpServer>).closeAllConnections?.();
      server.close();
    },
  };
}

/** Servers that targets of a test file are, which end when the file does; so does whatever is added to `closers`. */
export function serving(): {
  readonly closers: (() => unknown)[];
  /** Resolves with the port. */
  serveHttp(listener: RequestListener): Promise<number>;
} {
  const closers: (() => unknown)[] = [];
  afterAll(async () => {
    for (const close of closers) await close();
  });
  return {
    closers,
    async serveHttp(listener) {
      const { port, stop } = await serve(createHttp(listener));
      closers.push(stop);
      return port;
    },
  };
}
