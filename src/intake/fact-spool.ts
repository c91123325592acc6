import type { EventRecord } from '#signals/record.ts';
import { type FactMessage, recordOfFact } from './facts.ts';
import { encodePayload } from './payload.ts';
import type { PlanRegisters } from './plan-registers.ts';
import type { Spool } from './spool/spool.ts';

export interface FactSpoolOptions {
  readonly spool: Spool;
  readonly registers: PlanRegisters;
  /** Where the records of a payload wait for their judgement, so that they need not be decoded again. */
  readonly live: WeakMap<Uint8Array, readonly EventRecord[]>;
}

/** Facts of the core enter the spool as events do, each once. */
export class FactSpool {
  readonly #options: FactSpoolOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: FactSpoolOptions) {
    this.#options = options;
  }

  /**
   * Resolves with whether they are on the disk. Facts that the spool has already are passed over, so the core may send them as often as it
   * likes; those on their way to the disk are waited for first, since a new connection sends them again.
   */
  store(message: FactMessage): Promise<boolean> {
    const stored = this.#last.then(() => this.#append(message));
    this.#last = stored.catch(() => false);
    return stored;
  }

  async #append(message: FactMessage): Promise<boolean> {
    const { spool, registers, live } = this.#options;
    const register = registers.of(message.plan);
    const fresh = message.facts.filter((fact) => fact.sequence > register.factsUpTo);
    if (fresh.length === 0) return true;
    const records = fresh.map((fact) => recordOfFact(message.plan, fact));
    const payload = encodePayload(records);
    live.set(payload, records);
    const outcome = await spool.append(
      {
        plan: message.plan,
        accepted: records.length,
        duplicates: 0,
        rejected: [],
        hasEventIds: false,
        factsUpTo: message.last,
        payload,
      },
      'facts',
    );
    if (outcome.ok) register.factsUpTo = Math.max(register.factsUpTo, message.last);
    return outcome.ok;
  }
}
