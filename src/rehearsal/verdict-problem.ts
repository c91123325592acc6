import type { Instant } from '#kernel/instant.ts';
import { phaseCourse } from '#plan/phases.ts';
import type { Expectation } from './scenario.ts';
import type { Stage } from './stage.ts';
import { offsetText } from './timeline.ts';

/** What is otherwise than expected of a verdict over a phase; undefined when nothing is. */
export function verdictProblem(
  expected: Extract<Expectation, { kind: 'assessment' }>,
  stage: Pick<Stage, 'world' | 'now' | 'verdict'>,
  launch: Instant,
): readonly string[] | undefined {
  const { assessment } = expected;
  const { plan } = stage.world;
  const during = plan.assessments?.find(({ name }) => name === assessment)?.during ?? [];
  const begun = phaseCourse(plan, launch, launch).filter(({ from }) => from <= stage.now);
  const latest = begun.findLast(({ phase }) => phase !== undefined && during.includes(phase))?.phase;
  const phase = expected.phase ?? latest ?? during[0] ?? '';
  const verdict = stage.verdict(assessment, phase);
  if (verdict === undefined) return [`the plan has no assessment ${assessment} any more`];
  const failed = verdict.checks.filter(({ state }) => state === 'failed');
  const isBy =
    expected.by.length === 0 ||
    (failed.length === expected.by.length && failed.every(({ check }) => expected.by.includes(check)));
  if (verdict.state === expected.state && isBy) return undefined;
  const unknown = verdict.checks.filter(({ state }) => state === 'unknown');
  return [
    `${assessment} in ${phase}: ${verdict.state}`,
    ...failed.map(({ check, failures }) => `failed: ${check}, first ${offsetText(failures[0]?.from ?? 0, launch)}`),
    ...unknown.map(({ check, knownMs, unknownMs }) => {
      const share = Math.floor((100 * knownMs) / Math.max(1, knownMs + unknownMs));
      return `known for ${share}% only: ${check}`;
    }),
  ];
}
