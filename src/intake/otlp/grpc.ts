import { createServer } from 'node:net';
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Writer } from 'protobufjs/minimal.js';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { Connections } from '../connections.ts';
import type { Grant } from '../credentials.ts';
import type { Gate } from '../gate.ts';
import type { Intake } from '../intake.ts';
import { overloaded, type Ticket } from '../limiting/admission.ts';
import { listen } from '../listen.ts';
import type { RequestRefusal } from '../receiver.ts';
import type { RunningServer } from '../server.ts';
import { partialSuccess, refusalText, rpcCodeOf, rpcCodes, successBody } from './answers.ts';
import type { OtlpSignal } from './decode.ts';
import { authorizeOtlp, otlpTraffic, takeOtlp } from './receive.ts';

export interface OtlpGrpcOptions {
  readonly intake: Intake;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  /** Shared with the server of HTTP: a key has one share of both. */
  readonly gate: Gate;
  /** How long a call may take in all. */
  readonly requestTotalMs?: number;
  /** How many calls may be under way. */
  readonly calls?: number;
  /** How many connections may stand, and how long without a call. */
  readonly connections?: number;
  readonly idleMs?: number;
}

/** What is called: the services of OTLP, each with its one method. */
export const otlpGrpcPaths: Readonly<Record<OtlpSignal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};
const SIGNALS = ['traces', 'metrics', 'logs'] as const;
/** Bytes of a compressed or uncompressed message; OTLP's messages are taken as they are, and decoded by the same code as over HTTP. */
const AS_BYTES = (bytes: Buffer): Buffer => bytes;

/** Listens for OTLP over gRPC. Rejects when the port cannot be listened on. */
export async function startOtlpGrpc(options: OtlpGrpcOptions): Promise<RunningServer> {
  const { host, port, clock, log, gate } = options;
  const calls = new Calls(options);
  const server = new Server({
    'grpc.max_receive_message_length': limits.otlpGrpcMessageBytes,
    'grpc.max_concurrent_streams': limits.otlpGrpcStreams,
    'grpc.max_connection_idle_ms': options.idleMs ?? limits.otlpGrpcIdleMs,
    'grpc.enable_channelz': 0,
    interceptors: [calls.interceptor],
  });
  for (const signal of SIGNALS) {
    const implementation: UntypedServiceImplementation = { Export: calls.handler(signal) };
    server.addService(serviceOf(signal), implementation);
  }
  // Its own way to listen knows no limit of connections.
  const listener = createServer();
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  listener.on('connection', (socket) => injector.injectConnection(socket));
  const most = options.connections ?? limits.otlpGrpcConnections;
  gate.connections.push(new Connections(listener, { name: 'gRPC', most, clock, log }));
  const bound = await listen(listener, host, port);
  return {
    port: bound,
    stop: (graceMs) =>
      new Promise((resolve) => {
        const cancel = clock.after(graceMs, () => server.forceShutdown());
        listener.close();
        server.tryShutdown(() => {
          cancel();
          resolve();
        });
      }),
  };
}

function serviceOf(signal: OtlpSignal): ServiceDefinition {
  return {
    Export: {
      path: otlpGrpcPaths[signal],
      requestStream: false,
      responseStream: false,
      requestSerialize: AS_BYTES,
      requestDeserialize: AS_BYTES,
      responseSerialize: AS_BYTES,
      responseDeserialize: AS_BYTES,
    },
  };
}

/** A call whose head was found good. */
interface AdmittedCall {
  readonly grant: Grant;
  readonly ticket: Ticket;
  readonly requestId: string;
}

/** What becomes of calls, in the order of what it costs: the credential and the limits before the message is read. */
class Calls {
  readonly #options: OtlpGrpcOptions;
  /** By the metadata that the call came with, which is the one thing that interceptor and handler both see. */
  readonly #admitted = new WeakMap<Metadata, AdmittedCall>();
  #underWay = 0;

  constructor(options: OtlpGrpcOptions) {
    this.#options = options;
  }

  readonly interceptor: ServerInterceptor = (method, call) => {
    const signal = SIGNALS.find((one) => otlpGrpcPaths[one] === method.path);
    if (signal === undefined) return new ServerInterceptingCall(call);
    let end = (): void => {};
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const requestId = this.#options.intake.makeId();
            const admitted = this.#admit(signal, metadata, requestId);
            if (!admitted.ok) {
              call.sendStatus(statusOf(admitted.failure, requestId));
              return;
            }
            this.#admitted.set(metadata, admitted.value);
            end = this.#begin(call, admitted.value);
            pass(metadata);
          },
          onCancel: () => end(),
        }),
      sendStatus: (status, pass) => {
        end();
        pass(status);
      },
    });
  };

  handler(signal: OtlpSignal): handleUnaryCall<Buffer, Buffer> {
    return (call, callback) => {
      const admitted = this.#admitted.get(call.metadata);
      if (admitted === undefined) {
        callback({ code: rpcCodes.internal, details: 'The call was not admitted.' });
        return;
      }
      const { log } = this.#options;
      const { requestId } = admitted;
      this.#take(signal, admitted, call.request)
        .catch((problem: unknown): Result<Buffer, RequestRefusal> => {
          log(`Request ${requestId} failed: ${problem instanceof Error ? problem.stack : String(problem)}`);
          return fail({ code: 'internal-error', message: 'Something of ours broke.' });
        })
        .then((outcome) => {
          if (outcome.ok) return callback(null, outcome.value);
          callback(statusOf(outcome.failure, requestId));
        })
        .catch((problem: unknown) => log(`Request ${requestId} could not be answered: ${String(problem)}`));
    };
  }

  #admit(signal: OtlpSignal, metadata: Metadata, requestId: string): Result<AdmittedCall, RequestRefusal> {
    const { intake, gate, calls = limits.otlpGrpcCalls } = this.#options;
    const authorization = metadata.get('authorization')[0];
    const grant = authorizeOtlp(intake, typeof authorization === 'string' ? authorization : undefined);
    if (!grant.ok) return grant;
    const flood = (refused: RequestRefusal): Result<never, RequestRefusal> => {
      intake.noteFlood(grant.value.plan, refused);
      return fail(refused);
    };
    const traffic = otlpTraffic[signal];
    const tooMuch = intake.rateLimits.admit(grant.value, traffic, 0);
    if (tooMuch !== undefined) return flood(tooMuch);
    // Messages are gathered before they are counted against the room of their class, so few may come at a time.
    if (this.#underWay >= calls) return flood(overloaded(`${this.#underWay} calls are under way.`));
    const ticket = gate.admission.admit(grant.value, traffic);
    return 'code' in ticket ? flood(ticket) : ok({ grant: grant.value, ticket, requestId });
  }

  /** Gives back, once, what the call holds, and ends one that takes too long. */
  #begin(call: ServerInterceptingCallInterface, { ticket, requestId }: AdmittedCall): () => void {
    const { clock, requestTotalMs = limits.requestTotalMs } = this.#options;
    this.#underWay += 1;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.#underWay -= 1;
      ticket.end();
    };
    const cancel = clock.after(requestTotalMs, () => {
      end();
      call.sendStatus(statusOf({ code: 'request-timeout', message: 'The call was not complete in time.' }, requestId));
    });
    return end;
  }

  async #take(
    signal: OtlpSignal,
    { grant, ticket }: AdmittedCall,
    body: Buffer,
  ): Promise<Result<Buffer, RequestRefusal>> {
    const { intake, gate } = this.#options;
    const traffic = otlpTraffic[signal];
    const flood = (message: string): Result<never, RequestRefusal> => {
      const refused = overloaded(message);
      intake.noteFlood(grant.plan, refused);
      return fail(refused);
    };
    if (!ticket.take(body.length)) {
      return flood(`The requests with ${traffic} that are under way leave no room for this one.`);
    }
    intake.rateLimits.chargeBytes(grant, traffic, body.length);
    const outcome = await gate.turns.take(grant.plan, traffic, () =>
      takeOtlp(intake, { grant, signal, form: 'protobuf', body }),
    );
    if (outcome === undefined) {
      return flood(`The request waited ${limits.intakeWaitMs / 1_000} s for its turn.`);
    }
    if (!outcome.ok) return outcome;
    const answer = successBody('protobuf', signal, partialSuccess(outcome.value));
    return ok(Buffer.from(answer as Uint8Array));
  }
}

/** A refusal as gRPC tells it; when the sender shall come again, with google.rpc.RetryInfo in the details. */
function statusOf(
  refusal: RequestRefusal,
  requestId: string,
): { readonly code: number; readonly details: string; readonly metadata: Metadata } {
  const code = rpcCodeOf(refusal.code);
  const details = refusalText(refusal, requestId);
  const metadata = new Metadata();
  if (refusal.retryAfterSeconds !== undefined) {
    metadata.set('grpc-status-details-bin', Buffer.from(statusWithRetry(code, details, refusal.retryAfterSeconds)));
  }
  return { code, details, metadata };
}

/** `google.rpc.Status` with one detail, `google.rpc.RetryInfo` with its `retry_delay`. */
function statusWithRetry(code: number, message: string, seconds: number): Uint8Array {
  const delay = Writer.create().uint32(0x08).int64(Math.ceil(seconds)).finish();
  const retryInfo = Writer.create().uint32(0x0a).bytes(delay).finish();
  const detail = Writer.create()
    .uint32(0x0a)
    .string('type.googleapis.com/google.rpc.RetryInfo')
    .uint32(0x12)
    .bytes(retryInfo)
    .finish();
  const head = Writer.create().uint32(0x08).int32(code).uint32(0x12).string(message);
  return head.uint32(0x1a).bytes(detail).finish();
}
