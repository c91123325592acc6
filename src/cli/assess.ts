import type { Command } from 'commander';
import type { AssessedCheckAnswer, AssessmentsAnswer, PhaseVerdictAnswer } from '#contract/assessments.ts';
import { formatDuration, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import { print, reach } from './reach.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill assess`: the verdicts over phases. */
export function registerAssess(program: Command, runtime: Runtime): void {
  withPlanOption(program.command('assess').summary('whether checks found nothing in whole phases'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ watchbill assess\n  $ watchbill assess --json | jq ".assessments[0].phases"',
    )
    .action(async (options: ServerOptionValues) => {
      const { client, path } = await reach(runtime, options);
      const answer = await client.get<AssessmentsAnswer>(path('assessments'));
      print(runtime, options, answer, describeAssessments(answer));
    });
}

/** The verdicts for people; of a phase those checks that it is not for, with what they found last. */
export function describeAssessments({ assessments }: AssessmentsAnswer): string {
  if (assessments.length === 0) return 'The plan has no assessments.';
  const lines = assessments.flatMap(({ name, phases }) => [name, ...phases.flatMap(describeVerdict)]);
  return lines.join('\n');
}

function describeVerdict({ phase, state, from, to, checks }: PhaseVerdictAnswer): readonly string[] {
  const span = from === undefined ? '' : `, ${from} ${to === undefined ? 'on' : `to ${to}`}`;
  const failed = checks.filter((check) => check.state === 'failed');
  // While it goes on, what is not known yet may still be little in the end.
  const unknown = checks.filter((check) => check.state === 'unknown');
  const others = checks.length - failed.length - unknown.length;
  return [
    `  ${phase}: ${state}${span}`,
    ...failed.flatMap(describeFailure),
    ...unknown.map(({ name, knownMs, unknownMs }) => `    ${name} is known for ${share(knownMs, unknownMs)} of it`),
    ...(state === 'not begun' || others === 0 ? [] : [`    ${others} of ${checks.length} checks found nothing`]),
  ];
}

function describeFailure({
  name,
  failures,
  failedMs,
  firstFrom,
  lastTo,
  isFailing,
  found,
}: AssessedCheckAnswer): readonly string[] {
  const times = failures === 1 ? 'failed once' : `failed ${failures} times`;
  const until = isFailing ? 'and still does' : `until ${lastTo}`;
  const texts = [found?.message, found?.evidence].filter((text) => text !== undefined);
  return [
    `    ${name} ${times}, ${rounded(failedMs)} in all, from ${firstFrom} ${until}${found?.alert === undefined ? '' : ` (${found.alert})`}`,
    ...texts.flatMap((text) => text.split('\n').map((line) => `      ${line}`)),
  ];
}

/** To the minute, and less than one to the second. */
function rounded(ms: number): string {
  const unit = ms < MINUTE_MS ? SECOND_MS : MINUTE_MS;
  return ms < SECOND_MS ? 'less than 1s' : formatDuration(Math.round(ms / unit) * unit);
}

/** Rounded down: 98.99% is not 99%. */
function share(knownMs: number, unknownMs: number): string {
  return `${Math.floor((1_000 * knownMs) / Math.max(1, knownMs + unknownMs)) / 10}%`;
}
