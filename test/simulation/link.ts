import type { Core } from '#engine/core-process.ts';
import type { Intake } from '#intake/intake.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

/** A connection between intake and a core: messages arrive in order, until it breaks. */
export class SimulatedLink {
  open = true;
  readonly core: SimulatedProcess;
  readonly intake: SimulatedProcess;
  readonly #scheduler: Scheduler;
  readonly #endings: (() => void)[] = [];

  constructor(
    scheduler: Scheduler,
    core: { readonly process: SimulatedProcess; readonly core: Core },
    intake: { readonly process: SimulatedProcess; readonly intake: Intake },
  ) {
    this.#scheduler = scheduler;
    this.core = core.process;
    this.intake = intake.process;
    const toIntake = this.#wire(this.intake, (message: Parameters<typeof session.receive>[0]) =>
      session.receive(message),
    );
    const coreEnd = core.core.link.connect({ send: toIntake, close: () => this.break() });
    const toCore = this.#wire(this.core, coreEnd.message);
    const session = intake.intake.connect(toCore);
    this.#endings.push(
      () => this.#scheduler.after(0, () => coreEnd.closed(), this.core),
      () => this.#scheduler.after(0, () => session.close(), this.intake),
    );
  }

  /** Both ends hear of it; what was on its way is lost. */
  break(): void {
    if (!this.open) return;
    this.open = false;
    for (const end of this.#endings) end();
  }

  #wire<Message>(to: SimulatedProcess, take: (message: Message) => void): (message: Message) => void {
    const waiting: Message[] = [];
    return (message) => {
      if (!this.open) return;
      waiting.push(message);
      this.#scheduler.after(
        this.#scheduler.chance.between(0.05, 2),
        () => {
          const next = waiting.shift();
          if (this.open && next !== undefined) take(next);
        },
        to,
      );
    };
  }
}
