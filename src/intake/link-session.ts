import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Configuration } from './configuration.ts';
import type { FactMessage } from './facts.ts';
import type { HostedPlan, WindowsHost } from './host.ts';
import type { ForgottenForms, FromCore, FromIntake, IntakeStatus, PlanData, Unheard } from './link.ts';

export interface LinkSessionOptions {
  readonly send: (message: FromIntake) => void;
  readonly instance: string;
  readonly clock: Clock;
  readonly host: WindowsHost;
  /** Moves the windows to now and gives the instant up to which everything has been judged. */
  readonly settle: () => Instant;
  /** Puts a configuration in place and says which plans have another version now. */
  readonly configure: (configuration: Configuration) => ReadonlySet<string>;
  /** Resolves with whether the facts are durable. */
  readonly storeFacts: (message: FactMessage) => Promise<boolean>;
  readonly status: () => IntakeStatus;
  readonly data: (plan: string) => PlanData;
  /** Rejects when it could not be made sure of. */
  readonly forget: (plan: string, user: string) => Promise<ForgottenForms>;
}

const FACTS_RETRY_MS = 1_000;

/** One connection to the core, from `hello` to its end, without the socket. */
export class LinkSession {
  readonly #options: LinkSessionOptions;
  #sequence = 0;
  /** Plans that the core has named on this connection; of others nothing is said. */
  readonly #told = new Set<string>();
  #closed = false;
  #facts: Promise<void> = Promise.resolve();
  readonly #saidAt = new Map<string, Instant>();
  readonly #keyUsedAt = new Map<string, Instant>();

  constructor(options: LinkSessionOptions) {
    this.#options = options;
    options.send({ type: 'hello', instance: options.instance });
  }

  receive(message: FromCore): void {
    if (this.#closed) return;
    const { host, send, status, settle } = this.#options;
    switch (message.type) {
      case 'configure':
        this.#configure(message);
        break;
      case 'committed':
        host.plans.get(message.plan)?.outbox.committed(message.sequence, message.watermark);
        break;
      case 'readings-wanted': {
        settle();
        const readings = host.plans.get(message.plan)?.executor.readings() ?? [];
        send({ type: 'readings', request: message.request, plan: message.plan, readings });
        break;
      }
      case 'status-wanted':
        send({ type: 'status', request: message.request, status: status() });
        break;
      case 'data-wanted':
        send({ type: 'data', request: message.request, data: this.#options.data(message.plan) });
        break;
      case 'forget':
        // What fails is not answered: the core says after a while that it is not known.
        void this.#options.forget(message.plan, message.user).then(
          (forgotten) => {
            if (!this.#closed) send({ type: 'forgotten', request: message.request, forgotten });
          },
          () => {},
        );
        break;
      case 'facts':
        this.#facts = this.#facts.then(() => this.#storeFacts(message));
        break;
      default:
        // A newer core may say more; what is not understood is not needed.
        break;
    }
  }

  /** Sends what has changed, and the watermark of plans that have been quiet for `limits.watermarkEveryMs`. */
  flush(watermark: Instant): void {
    if (this.#closed) return;
    for (const plan of this.#options.host.plans.values()) {
      if (!this.#told.has(plan.name)) continue;
      const verdicts = plan.outbox.take(this.#sequence + 1, watermark);
      const quietMs = watermark - (this.#saidAt.get(plan.name) ?? 0);
      if (verdicts.length === 0 && quietMs < limits.watermarkEveryMs) continue;
      this.#say(plan, verdicts, watermark);
    }
  }

  /** A key was used; the core hears of it at most once in `limits.keyUsedEveryMs`. */
  keyUsed(key: string, at: Instant): void {
    const last = this.#keyUsedAt.get(key);
    if (last !== undefined && at - last < limits.keyUsedEveryMs) return;
    this.#keyUsedAt.set(key, at);
    this.#options.send({ type: 'key-used', key, at });
  }

  close(): void {
    this.#closed = true;
  }

  #configure(configuration: Configuration): void {
    const { host, settle } = this.#options;
    const changed = this.#options.configure(configuration);
    const watermark = settle();
    for (const { name, watermark: committed } of configuration.plans) {
      const plan = host.plans.get(name);
      if (plan === undefined) continue;
      if (!this.#told.has(name)) {
        this.#told.add(name);
        plan.outbox.connect(committed);
        const base = plan.outbox.base(watermark);
        this.#say(plan, base.verdicts, base.watermark, { complete: true });
        this.#sayUnheard(plan);
      } else if (changed.has(name)) {
        this.#sayUnheard(plan);
        this.#say(plan, plan.outbox.take(this.#sequence + 1, watermark), watermark);
        this.#say(plan, plan.outbox.latest, watermark, { complete: true });
      }
    }
    this.flush(watermark);
  }

  /** Each time in which nobody listened, with what changed before its end: no later change may overtake it. */
  #sayUnheard(plan: HostedPlan): void {
    for (;;) {
      const unheard = plan.outbox.takeUnheard(this.#sequence + 1);
      if (unheard === undefined) return;
      const { until } = unheard;
      this.#say(plan, plan.outbox.take(this.#sequence + 1, until), until, { unheard });
    }
  }

  #say(
    plan: HostedPlan,
    verdicts: HostedPlan['outbox']['latest'],
    watermark: Instant,
    more: { readonly complete?: true; readonly unheard?: Unheard } = {},
  ): void {
    this.#sequence += 1;
    this.#saidAt.set(plan.name, watermark);
    this.#options.send({
      type: 'verdicts',
      plan: plan.name,
      planVersion: plan.version,
      sequence: this.#sequence,
      watermark,
      verdicts,
      ...more,
    });
  }

  async #storeFacts(message: FactMessage): Promise<void> {
    const { clock, storeFacts, send } = this.#options;
    while (!this.#closed) {
      if (await storeFacts(message)) {
        if (!this.#closed) send({ type: 'facts-stored', plan: message.plan, upTo: message.last });
        return;
      }
      await new Promise<void>((resolve) => {
        clock.after(FACTS_RETRY_MS, resolve);
      });
    }
  }
}
