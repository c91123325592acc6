import type { CompiledPlan } from '#plan/model.ts';
import type { AssessmentState } from '#signals/assessments/assess.ts';
import { readName } from './read-name.ts';
import type { Expectation } from './scenario.ts';
import type { TokenReader } from './token-reader.ts';

/** What may be said of the assessments of a plan, by their names. */
export type AssessmentNames = ReadonlyMap<
  string,
  { readonly checks: ReadonlySet<string>; readonly phases: ReadonlySet<string> }
>;

/** Of several plans together; where they differ, the last one that has it counts. */
export function assessmentNames(plans: readonly CompiledPlan[]): AssessmentNames {
  return new Map(
    plans.flatMap(({ assessments = [] }) =>
      assessments.map(({ name, of, during }) => [
        name,
        { checks: new Set(of.map((check) => check.name)), phases: new Set(during) },
      ]),
    ),
  );
}

const STATES: readonly AssessmentState[] = ['failed', 'passed', 'so far', 'not proved', 'not begun'];

/** `data-integrity failed by sale-totals in optimise`, `data-integrity passed`; behind `expect assessment`. */
export function readAssessment(
  reader: TokenReader,
  known: AssessmentNames,
): Extract<Expectation, { kind: 'assessment' }> {
  const assessment = readName(reader, new Set(known.keys()), 'assessment');
  const { checks = new Set<string>(), phases = new Set<string>() } = known.get(assessment) ?? {};
  const state = STATES.find((words) => reader.takes(...words.split(' ')));
  if (state === undefined) throw reader.misread('`failed`, `passed`, `so far`, `not proved` or `not begun`');
  const by: string[] = [];
  if (state === 'failed' && reader.takes('by')) {
    do by.push(readName(reader, checks, 'check'));
    while (reader.comma());
  }
  const phase = reader.takes('in') ? { phase: readName(reader, phases, 'phase') } : {};
  return { kind: 'assessment', assessment, state, by, ...phase };
}
