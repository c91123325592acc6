import type {
  ConfiguredPlan,
  ForgottenForms,
  FromCore,
  FromIntake,
  IngestKey,
  IntakeStatus,
  PlanData,
  SignalReading,
} from '#intake/link.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Log } from './log.ts';
import type { PlanRunner } from './plan-runner.ts';

export interface CoreLinkOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly runner: (plan: string) => PlanRunner | undefined;
  /** Everything that was told on an earlier connection is done with or forgotten; see `PlanRunner.tellAnew`. */
  readonly tellAnew: () => Promise<unknown>;
  /** Everything that intake is to know. */
  readonly configuration: () => {
    readonly plans: readonly ConfiguredPlan[];
    readonly keys: readonly IngestKey[];
    /** Plans that have not been loaded yet. */
    readonly unavailable?: readonly string[];
  };
  readonly onFactsStored: (plan: string, upTo: number) => void;
  readonly onKeyUsed: (key: string, at: Instant) => void;
  /** Intake is there and configured. */
  readonly onConnected: () => void;
}

/** One connection of intake, whatever carries it. */
export interface LinkConnection {
  send(message: FromCore): void;
  /** Intake connects anew and tells again what was not acknowledged. */
  close(): void;
}

export interface CoreLink {
  /** A connection begins; the one before it is closed. Returns what to call with what comes over it. */
  connect(connection: LinkConnection): { message(message: FromIntake): void; closed(): void };
  connected(): boolean;
  /** Plans or keys have changed. */
  configure(): void;
  /** The world of this plan was loaded anew: what was told on this connection is forgotten, so it has to be told again. */
  forgotten(plan: string): void;
  /** False when nobody is there to take it. */
  sendFacts(message: Extract<FromCore, { type: 'facts' }>): boolean;
  /** Undefined when intake is away or does not answer in time. */
  readings(plan: string): Promise<readonly SignalReading[] | undefined>;
  status(): Promise<IntakeStatus | undefined>;
  /** Keeps what is on its way to the telemetry store from it, and says under which forms a user may stand there; undefined as above. */
  forget(plan: string, user: string): Promise<ForgottenForms | undefined>;
  /** What is known of a plan's data; undefined as above. */
  data(plan: string): Promise<PlanData | undefined>;
}

interface Session {
  readonly connection: LinkConnection;
  /** Plans that this connection was configured with. */
  readonly plans: Set<string>;
  /** It has said hello, and nothing of an earlier connection is under way any more. */
  greeted: boolean;
}

/** The core's end of the link to intake: routes what is told to the plans and answers once it is committed. */
export function createCoreLink(options: CoreLinkOptions): CoreLink {
  let session: Session | undefined;
  let nextRequest = 1;
  const requests = new Map<number, (answer: unknown) => void>();

  function close(closing: Session): void {
    if (session === closing) {
      session = undefined;
      for (const answer of [...requests.values()]) answer(undefined);
    }
    closing.connection.close();
  }

  function configure(): void {
    if (session === undefined || !session.greeted) return;
    const configuration = options.configuration();
    for (const plan of configuration.plans) session.plans.add(plan.name);
    session.connection.send({ type: 'configure', ...configuration });
    options.onConnected();
  }

  function takeVerdicts(from: Session, message: Extract<FromIntake, { type: 'verdicts' }>): void {
    const { plan, sequence } = message;
    const taken = options.runner(plan)?.offerVerdicts(
      {
        kind: 'verdicts',
        planVersion: message.planVersion,
        watermark: message.watermark,
        verdicts: message.verdicts,
        ...(message.complete === true ? { complete: true } : {}),
        ...(message.unheard === undefined ? {} : { unheard: message.unheard }),
      },
      (watermark) => {
        // An answer belongs to the connection that asked; numbers of another mean something else.
        if (session === from) from.connection.send({ type: 'committed', plan, sequence, watermark });
      },
    );
    if (taken !== 'full') return;
    options.log('warning', 'the core is too far behind and lets intake tell again later', { plan });
    close(from);
  }

  function request<Answer>(
    message: (request: number) => FromCore,
    withinMs: number = limits.linkRequestMs,
  ): Promise<Answer | undefined> {
    const { clock } = options;
    const asked = session;
    if (asked === undefined || !asked.greeted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const number = nextRequest;
      nextRequest += 1;
      const finish = (answer: unknown): void => {
        cancel();
        requests.delete(number);
        resolve(answer as Answer | undefined);
      };
      const cancel = clock.after(withinMs, () => finish(undefined));
      requests.set(number, finish);
      asked.connection.send(message(number));
    });
  }

  return {
    connect(connection) {
      if (session !== undefined) close(session);
      const opened: Session = { connection, plans: new Set(), greeted: false };
      session = opened;
      return {
        message(message) {
          if (session !== opened) return;
          switch (message.type) {
            case 'hello':
              void options.tellAnew().then(() => {
                opened.greeted = true;
                if (session === opened) configure();
              });
              break;
            case 'verdicts':
              takeVerdicts(opened, message);
              break;
            case 'readings':
              requests.get(message.request)?.(message.readings);
              break;
            case 'status':
              requests.get(message.request)?.(message.status);
              break;
            case 'data':
              requests.get(message.request)?.(message.data);
              break;
            case 'forgotten':
              requests.get(message.request)?.(message.forgotten);
              break;
            case 'facts-stored':
              options.onFactsStored(message.plan, message.upTo);
              break;
            case 'key-used':
              options.onKeyUsed(message.key, message.at);
              break;
          }
        },
        closed() {
          if (session === opened) close(opened);
        },
      };
    },
    connected: () => session?.greeted === true,
    configure,
    forgotten(plan) {
      if (session?.plans.has(plan) === true) close(session);
      else configure();
    },
    sendFacts(message) {
      if (session === undefined || !session.plans.has(message.plan)) return false;
      session.connection.send(message);
      return true;
    },
    readings: (plan) => request((number) => ({ type: 'readings-wanted', request: number, plan })),
    status: () => request((number) => ({ type: 'status-wanted', request: number })),
    forget: (plan, user) => request((number) => ({ type: 'forget', request: number, plan, user }), limits.forgetMs),
    data: (plan) => request((number) => ({ type: 'data-wanted', request: number, plan })),
  };
}
