import type { Alert, CommandOutcome, CoreInput, Silence } from '#core/model.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Random } from '#kernel/ports.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { HostedPlan } from './hosted-plan.ts';
import type { CommandAnswer } from './input-queue.ts';
import type { CoreRepositories } from './repositories.ts';

type Given<Kind extends CoreInput['kind']> = Omit<Extract<CoreInput, { readonly kind: Kind }>, 'kind' | 'request'>;

/** Somebody takes care of an alert. `by` is the name that facts show. */
export type AcknowledgeCommand = Given<'acknowledge'>;
export type EndSilenceCommand = Given<'end-silence'>;

export interface SilenceCommand extends Omit<Given<'silence'>, 'until' | 'rule' | 'group'> {
  /** Every rule when absent. */
  readonly rule?: string | undefined;
  /** Only with a rule; every group of it when absent. */
  readonly group?: GroupKey | undefined;
  readonly until: Instant;
}

/**
 * What people do about alerts. Each resolves once it is committed, with the row as it then is; who gives the same command again has the
 * same answer. Refusals throw `not-found`, `version-conflict` or `already-done` with who was faster.
 */
export interface Commands {
  acknowledge(plan: string, command: AcknowledgeCommand): Promise<Alert>;
  silence(plan: string, command: SilenceCommand): Promise<Silence>;
  endSilence(plan: string, command: EndSilenceCommand): Promise<Silence>;
}

export interface CommandsOptions {
  /** Throws `not-found`. */
  readonly find: (plan: string) => HostedPlan;
  readonly random: Random;
  readonly repositories: Pick<CoreRepositories, 'findAlert' | 'findSilence'>;
}

export function createCommands({ find, random, repositories }: CommandsOptions): Commands {
  return {
    async acknowledge(plan, command) {
      const answer = await find(plan).runner.command({ kind: 'acknowledge', ...command });
      // One that ended a while ago is not in the core's world any more.
      if (refusalOf(answer)?.reason === 'alert-unknown') {
        const old = await repositories.findAlert(plan, command.alert);
        if (old?.acknowledged !== undefined && old.acknowledged.by === command.by) return old;
        if (old !== undefined) throw over(old.key, old.version, old.resolvedAt, command.expectedVersion);
      }
      return rowOf(answer, ({ world }, key) => world.alerts.get(key));
    },
    async silence(plan, { rule, group, ...command }) {
      const reason = command.reason.trim().replaceAll('\0', '\uFFFD');
      if (reason === '' || reason.length > limits.silenceReasonCharacters) {
        const message = `Say why it is silenced, in at most ${limits.silenceReasonCharacters} characters.`;
        throw new WatchbillError('invalid-request', message, 'reason');
      }
      if (group !== undefined && rule === undefined) {
        throw new WatchbillError('invalid-request', 'A group is one of a rule: name the rule too.', 'group');
      }
      const request = Buffer.from(random.bytes(16)).toString('hex');
      const named = { ...(rule === undefined ? {} : { rule }), ...(group === undefined ? {} : { group }) };
      const answer = await find(plan).runner.command({ kind: 'silence', ...command, ...named, reason, request });
      return rowOf(answer, ({ world }, key) => world.silences.get(key));
    },
    async endSilence(plan, command) {
      const answer = await find(plan).runner.command({ kind: 'end-silence', ...command });
      if (refusalOf(answer)?.reason === 'silence-unknown') {
        const old = await repositories.findSilence(plan, command.silence);
        if (old?.ended?.by !== undefined && old.ended.by === command.by) return old;
        if (old !== undefined) throw over(old.key, old.version, old.ended?.at, command.expectedVersion);
      }
      return rowOf(answer, ({ world }, key) => world.silences.get(key));
    },
  };
}

function refusalOf({ outcome }: CommandAnswer): Extract<CommandOutcome, { state: 'refused' }> | undefined {
  return outcome?.state === 'refused' ? outcome : undefined;
}

function over(key: string, version: number, at: Instant | undefined, seen: number | undefined): WatchbillError {
  const code = seen !== undefined && seen !== version ? 'version-conflict' : 'already-done';
  return new WatchbillError(code, `${key} ended at ${at === undefined ? 'some time' : formatInstant(at)}.`, key);
}

function rowOf<Row>(answer: CommandAnswer, find: (answer: CommandAnswer, key: string) => Row | undefined): Row {
  const { outcome } = answer;
  if (outcome?.state === 'refused') throw new WatchbillError(outcome.code, outcome.message, outcome.subject);
  const row = outcome === undefined ? undefined : find(answer, outcome.subject);
  if (row === undefined) throw new WatchbillError('internal-error', 'The core gave no answer to this command.');
  return row;
}
