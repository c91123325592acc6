import type { Fact } from '#core/model.ts';
import { SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { createBell } from './bell.ts';
import type { CoreLink } from './core-link.ts';
import { describeProblem, type Log } from './log.ts';

/** A fact with the number that the store gave it. */
export interface NumberedFact extends Fact {
  readonly sequence: number;
}

/** The facts that are not in the spool yet, and the place up to which they are. */
export interface FactJournal {
  unexported(plan: string, limit: number): Promise<readonly NumberedFact[]>;
  markExported(plan: string, upTo: number): Promise<void>;
}

export interface FactExporterOptions {
  readonly plan: string;
  readonly journal: FactJournal;
  readonly link: Pick<CoreLink, 'sendFacts'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the plan is ours; only its owner tells its facts. */
  readonly isOwned: () => boolean;
}

export interface FactExporter {
  /** There may be new facts. */
  wake(): void;
  /** Somebody is there anew to take them; what was sent before may be lost. */
  connected(): void;
  /** Facts up to here are durable in the spool. */
  stored(upTo: number): void;
  stop(): Promise<void>;
}

/** How long facts that were sent are awaited before they are sent again; intake drops what it has already. */
const RESEND_MS = 10 * SECOND_MS;

/** Sends the facts of one plan to intake in their order, one batch at a time; the place moves on only when they are durable there. */
export function createFactExporter(options: FactExporterOptions): FactExporter {
  const { plan, journal, clock, log } = options;
  const bell = createBell(clock);
  let stopping = false;
  let durable = 0;
  let marked = 0;
  let awaited: { readonly last: number; readonly until: number } | undefined;

  async function loop(): Promise<void> {
    while (!stopping) {
      await exportOnce().catch((caught: unknown) => {
        log('error', 'facts cannot be exported', { plan, problem: describeProblem(caught) });
      });
      if (!stopping) await bell.wait(RESEND_MS);
    }
  }

  async function exportOnce(): Promise<void> {
    if (durable > marked) {
      const upTo = durable;
      await journal.markExported(plan, upTo);
      marked = upTo;
      if (awaited !== undefined && awaited.last <= upTo) awaited = undefined;
    }
    if (!options.isOwned()) return;
    if (awaited !== undefined && clock.monotonicMs() < awaited.until) return;
    const facts = await journal.unexported(plan, limits.factsPerExport);
    const last = facts.at(-1)?.sequence;
    if (last === undefined) return;
    const sent = options.link.sendFacts({
      type: 'facts',
      plan,
      last,
      facts: facts.map(({ sequence, at, kind, subject, reason, body }) => ({
        sequence,
        at,
        kind,
        subject,
        reason,
        body,
      })),
    });
    awaited = sent ? { last, until: clock.monotonicMs() + RESEND_MS } : undefined;
  }

  const running = loop();

  return {
    wake: () => bell.ring(),
    connected() {
      awaited = undefined;
      bell.ring();
    },
    stored(upTo) {
      durable = Math.max(durable, upTo);
      bell.ring();
    },
    async stop() {
      stopping = true;
      bell.ring();
      await running;
    },
  };
}
