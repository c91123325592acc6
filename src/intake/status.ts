import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Credentials } from './credentials.ts';
import type { Floods } from './limiting/floods.ts';
import type { IntakeStatus } from './link.ts';
import type { Loader } from './loader.ts';
import type { PlanRegisters } from './plan-registers.ts';
import type { Spool } from './spool/spool.ts';

/** How intake stands, with every reason for which it is not ready, and what a person has to look at although it is. */
export function statusOf(parts: {
  readonly credentials: Credentials;
  readonly spool: Spool;
  /** Why the spool takes no events, while it does not. */
  readonly spoolProblem: string | undefined;
  readonly loader: Loader;
  readonly registers: PlanRegisters;
  readonly floods: Floods;
  readonly now: Instant;
}): IntakeStatus {
  const { waiting, problem } = parts.loader;
  const oldest = waiting[0]?.lastReceivedAt;
  const reasons: string[] = [];
  if (!parts.credentials.known) reasons.push('No configuration has been received yet.');
  else if (!parts.credentials.current)
    reasons.push('Not every plan and key is in force yet: senders are told to wait.');
  if (parts.spoolProblem !== undefined) reasons.push(`Data are refused: ${parts.spoolProblem}`);
  if (problem !== undefined && oldest !== undefined && parts.now - oldest > limits.loaderLateMs) {
    reasons.push('The telemetry store takes no data.');
  }
  const ready = reasons.length === 0;
  // Nothing that comes now is in danger, so this is to be seen without being a reason to send nothing.
  for (const name of parts.spool.damaged) {
    reasons.push(`Data were damaged on the disk: look at spool/${name} in the data folder, and remove it.`);
  }
  return {
    ready,
    reasons,
    spoolBytes: parts.spool.bytes,
    segmentsWaiting: waiting.length,
    ...(oldest !== undefined && { oldestWaitingAt: oldest }),
    accepted: parts.registers.accepted,
    rejected: parts.registers.rejected,
    floods: parts.floods.now(parts.now),
    ...(problem !== undefined && { loaderProblem: problem }),
  };
}
