import type { Alert, CommandOutcome, CoreInput, Silence } from '#core/model.ts';
import type { ComparisonResult, Sample } from '#core/vouched.ts';
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

/** Somebody judges a sample that the review has, which the core cannot know. `label` is the first field that is shown of it. */
export interface JudgeSampleCommand extends Omit<Given<'judge-sample'>, 'note'> {
  readonly note?: string | undefined;
}
export type CompareCommand = Given<'compare'>;
export type CloseComparisonCommand = Given<'settle-comparison'>;

/**
 * What people do about alerts, samples and comparisons. Each resolves once it is committed, with the row as it then is; who gives the same command again has the
 * same answer. Refusals throw `not-found`, `version-conflict` or `already-done` with who was faster.
 */
export interface Commands {
  acknowledge(plan: string, command: AcknowledgeCommand): Promise<Alert>;
  silence(plan: string, command: SilenceCommand): Promise<Silence>;
  endSilence(plan: string, command: EndSilenceCommand): Promise<Silence>;
  /** `wrong` and `settled` need a note, else `invalid-request`. */
  judgeSample(plan: string, command: JudgeSampleCommand): Promise<Sample>;
  /** Of several examples the first `limits.differencesNamed` are kept. */
  compare(plan: string, command: CompareCommand): Promise<ComparisonResult>;
  settleComparison(plan: string, command: CloseComparisonCommand): Promise<ComparisonResult>;
  markNotApplicable(plan: string, command: CloseComparisonCommand): Promise<ComparisonResult>;
  /** Puts something else in place of texts in what people said of samples and lists. */
  forgetTexts(plan: string, forms: readonly string[], instead: string): Promise<void>;
}

export interface CommandsOptions {
  /** Throws `not-found`. */
  readonly find: (plan: string) => HostedPlan;
  readonly random: Random;
  readonly repositories: Pick<CoreRepositories, 'findAlert' | 'findSilence'>;
}

export function createCommands({ find, random, repositories }: CommandsOptions): Commands {
  const close =
    (kind: 'settle-comparison' | 'mark-not-applicable', what: string) =>
    async (plan: string, { note, ...command }: CloseComparisonCommand): Promise<ComparisonResult> => {
      const said = written(note, limits.vouchingNoteCharacters, what, 'note');
      const answer = await find(plan).runner.command({ kind, ...command, note: said });
      return rowOf(answer, ({ world }, key) => world.comparisons.get(key));
    };
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
      const reason = written(command.reason, limits.silenceReasonCharacters, 'why it is silenced', 'reason');
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
    async judgeSample(plan, { note = '', label, ...command }) {
      const isNeeded = command.verdict !== 'right' || note.trim() !== '';
      const what = command.verdict === 'settled' ? 'how it was settled' : 'what is wrong';
      const said = isNeeded ? { note: written(note, limits.vouchingNoteCharacters, what, 'note') } : {};
      const named = { label: shortened(label, limits.vouchingLabelCharacters) };
      const answer = await find(plan).runner.command({ kind: 'judge-sample', ...command, ...named, ...said });
      return rowOf(answer, ({ world }, key) => world.samples.get(key));
    },
    async compare(plan, command) {
      const examples = command.examples.slice(0, limits.differencesNamed).map(({ key, what }) => ({
        key: shortened(key, limits.vouchingLabelCharacters),
        what: shortened(what, limits.vouchingNoteCharacters),
      }));
      const answer = await find(plan).runner.command({ kind: 'compare', ...command, examples });
      return rowOf(answer, ({ world }, key) => world.comparisons.get(key));
    },
    settleComparison: close('settle-comparison', 'how it was settled'),
    markNotApplicable: close('mark-not-applicable', 'why there is no list'),
    async forgetTexts(plan, forms, instead) {
      await find(plan).runner.command({ kind: 'forget', forms, instead });
    },
  };
}

/** What a person wrote, as it is stored: something, and not too much of it. */
function written(text: string, most: number, what: string, field: string): string {
  const said = storable(text.trim());
  if (said !== '' && said.length <= most) return said;
  throw new WatchbillError('invalid-request', `Say ${what}, in at most ${most} characters.`, field);
}

function shortened(text: string, most: number): string {
  return storable(text.length <= most ? text : `${text.slice(0, most - 1)}…`);
}

/** PostgreSQL cannot hold the zero character, nor half a pair of surrogates. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
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
