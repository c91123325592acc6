import { errorCodes } from '#kernel/error-codes.ts';
import { HOUR_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { networkOf } from '../client-address.ts';
import { describeThrown } from '../failures.ts';
import type { AuditEvent, AuditLog } from './audit-log.ts';

/** What a verb adds to the entry about it. Never a secret. */
export interface AuditDetail {
  readonly object?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditedOptions {
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: (message: string, detail?: Readonly<Record<string, unknown>>) => void;
}

/** Writes commands and refusals into the audit log. */
export interface Audited {
  /**
   * Runs a command with an entry before it acts and one about how it ended. When the first cannot be written the command is refused,
   * unless it must not wait: then there is only the second, and its failure is logged.
   */
  command<Answer>(
    event: Omit<AuditEvent, 'outcome'>,
    mustNotWait: boolean,
    act: (note: (detail: AuditDetail) => void) => Promise<Answer>,
  ): Promise<Answer>;
  /** Notes a refusal; the same one again within a minute is not, so that nobody can fill the log. Never throws. */
  refusal(event: Omit<AuditEvent, 'outcome'>): void;
}

export function createAudited(options: AuditedOptions): Audited {
  const { audit, clock, log } = options;
  const refusedAt = new Map<string, number>();
  let hour = { startedMs: clock.monotonicMs(), count: 0 };

  async function afterwards(event: AuditEvent): Promise<void> {
    try {
      await audit.append(event);
    } catch (thrown) {
      log('an entry of the audit log could not be written', {
        ...{ action: event.action, plan: event.plan, object: event.object, outcome: event.outcome },
        ...{ actor: event.actor?.name, requestId: event.requestId },
        error: thrown instanceof Error ? thrown.message : String(thrown),
      });
    }
  }

  function isNews(event: Omit<AuditEvent, 'outcome'>): boolean {
    const { actor } = event;
    const credential = actor === undefined || actor.kind === 'link' ? undefined : (actor.credentialId ?? actor.kind);
    const caller = credential ?? networkOf(event.address);
    const key = `${caller}\n${event.action}\n${event.code}`;
    const nowMs = clock.monotonicMs();
    const before = refusedAt.get(key);
    if (before !== undefined && nowMs - before < limits.refusalNotedEveryMs) return false;
    if (refusedAt.size >= limits.refusalsRemembered) refusedAt.clear();
    refusedAt.set(key, nowMs);
    return event.actor !== undefined || isWithinHour(nowMs);
  }

  /** Whoever has many addresses could fill the log all the same. */
  function isWithinHour(nowMs: number): boolean {
    if (nowMs - hour.startedMs >= HOUR_MS) hour = { startedMs: nowMs, count: 0 };
    hour.count += 1;
    if (hour.count === limits.strangersNotedPerHour + 1) {
      log('refusals of strangers are not noted for the rest of the hour', { noted: limits.strangersNotedPerHour });
    }
    return hour.count <= limits.strangersNotedPerHour;
  }

  return {
    async command(event, mustNotWait, act) {
      let detail: AuditDetail = {};
      const note = (more: AuditDetail): void => {
        detail = { ...detail, ...more };
      };
      if (!mustNotWait && event.actor !== undefined) await audit.append({ ...event, outcome: 'begun' });
      try {
        const answer = await act(note);
        await afterwards({ ...event, ...detail, outcome: 'done' });
        return answer;
      } catch (thrown) {
        const { code } = describeThrown(thrown);
        const outcome = errorCodes[code].status < 500 ? 'refused' : 'failed';
        const ended: AuditEvent = { ...event, ...detail, outcome, code };
        if (event.actor !== undefined || code !== 'too-many-requests' || isNews(ended)) await afterwards(ended);
        throw thrown;
      }
    },
    refusal(event) {
      if (isNews(event)) void afterwards({ ...event, outcome: 'refused' });
    },
  };
}
