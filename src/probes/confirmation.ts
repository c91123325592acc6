import { type DurationMs, formatDuration } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Result } from '#kernel/result.ts';
import type { LookHeard, LookQuestion } from '#plan/look-question.ts';
import type { Confirmation, Probe } from '#plan/probe.ts';
import { confirmationWords, unconfirmedMessage } from '#plan/probe-fields.ts';
import type { Problem } from './kind.ts';

/** Asks intake of a look; a failure says why there is no answer. Never rejects. */
export type AskHeard = (question: LookQuestion) => Promise<Result<LookHeard, string>>;

/** Most confirmations come within seconds; who waits for an hour need not ask every second. */
const ASK_FIRST_MS: DurationMs = 500;
const ASK_LONGEST_MS: DurationMs = 10_000;
const ASK_SLOWER = 1.5;

/** Whether a look does something at its target, so that it may not be done twice. */
export function sends({ check, confirm }: Probe): boolean {
  return confirm !== undefined || (check.kind === 'http' && check.method === 'POST');
}

/**
 * Tells intake that a look begins that sends something: a prober that starts anew does not send it again. One that could not learn whether it
 * was confirmed is not begun at all.
 */
export async function announce(
  { confirm }: Probe,
  question: LookQuestion,
  ask: AskHeard,
): Promise<Result<LookHeard | undefined, Problem>> {
  const answer = await ask(question);
  if (answer.ok || confirm === undefined) return { ok: true, value: answer.ok ? answer.value : undefined };
  const message = `Nothing was sent, since intake could not be asked whether it arrives: ${answer.failure}`;
  return { ok: false, failure: { outcome: 'unmeasured', reason: 'confirmation-unknown', message } };
}

export interface Waiting {
  readonly confirm: Confirmation;
  readonly question: LookQuestion;
  readonly ask: AskHeard;
  /** What intake said before anything was sent. */
  readonly announced: LookHeard;
  /** From now; the rest of the time that the look has. */
  readonly leftMs: DurationMs;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits for the confirmation. Gives how long ago it came, or why there is none. */
export async function awaitConfirmation(waiting: Waiting): Promise<{ readonly agoMs: DurationMs } | Problem> {
  const { question, ask, clock, signal } = waiting;
  const endsMs = clock.monotonicMs() + waiting.leftMs;
  for (let pauseMs = ASK_FIRST_MS; ; pauseMs = Math.min(ASK_LONGEST_MS, pauseMs * ASK_SLOWER)) {
    const leftMs = endsMs - clock.monotonicMs();
    const answer = await ask(question);
    if (answer.ok && answer.value.heardAt !== undefined) {
      return { agoMs: Math.max(0, answer.value.now - answer.value.heardAt) };
    }
    if (leftMs <= 0 || signal.aborted) return unheard(waiting, answer);
    await pause(Math.min(pauseMs, leftMs), clock, signal);
  }
}

function unheard({ confirm, question, announced }: Waiting, answer: Result<LookHeard, string>): Problem {
  const what = confirmationWords(confirm, question.run);
  const unknown = (message: string): Problem => ({ outcome: 'unmeasured', reason: 'confirmation-unknown', message });
  if (!answer.ok) return unknown(`Intake could not be asked for ${what}: ${answer.failure}`);
  if (answer.value.since > announced.now) {
    return unknown(
      `Within ${formatDuration(confirm.withinMs)} no ${what} was heard, and not all that came is remembered.`,
    );
  }
  return { outcome: 'failed', reason: 'not-confirmed', message: unconfirmedMessage(confirm, question.run) };
}

async function pause(lengthMs: DurationMs, clock: Clock, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  const cancel = clock.after(lengthMs, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  await over.promise;
  cancel();
  signal.removeEventListener('abort', end);
}
