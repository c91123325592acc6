import type { Bands, StepTargets } from './ast.ts';
import type { Condition } from './condition-ast.ts';
import type { ExpressionProblem } from './problem.ts';

/** Mistakes that parse, but that the sentence alone shows. */

export function refuseBands(bands: Bands): ExpressionProblem | undefined {
  const seen = new Set<string>();
  for (const band of bands.bands) {
    if (seen.has(band.level)) {
      return {
        code: 'E231',
        message: `\`${band.level}\` is given twice.`,
        hint: `Keep one of them; two bounds of one band are written \`${band.level} < 5 or > 9\`.`,
        ...band.span,
      };
    }
    seen.add(band.level);
  }
  return undefined;
}

export function refuseStepTargets(targets: StepTargets): ExpressionProblem | undefined {
  for (const bound of targets.bounds) {
    if (bound.kind === 'unset' || bound.of !== undefined) continue;
    const values = bound.kind === 'between' ? [bound.low, bound.high] : bound.choices.map((choice) => choice.value);
    const percent = values.find((value) => value.unit.base === 'fraction');
    if (percent !== undefined) {
      return {
        code: 'E220',
        message: `${percent.amount}% of what?`,
        hint: `Write \`${percent.amount}% of previous\`, or \`${percent.amount}% of STEP\` with the name of a step.`,
        ...percent.span,
      };
    }
  }
  return undefined;
}

/** A share compared with a bare number: the sentence itself names the share, so no signal's unit is needed. */
export function refuseCondition(condition: Condition): ExpressionProblem | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const part of condition.of) {
        const problem = refuseCondition(part);
        if (problem !== undefined) return problem;
      }
      return undefined;
    case 'not':
    case 'for':
      return refuseCondition(condition.of);
    case 'comparison':
    case 'likely': {
      const { left, right } = condition;
      if (left.kind !== 'aggregate' || right.kind !== 'quantity') return undefined;
      const isShare = left.function === 'share' || left.function === 'availability' || left.function === 'top_share';
      if (!isShare || right.unit.base !== 'count' || right.amount === 0) return undefined;
      return {
        code: 'E237',
        message: `\`${left.function}\` is a share: ${right.amount}% or ${right.amount * 100}%?`,
        hint: `Write \`${right.amount}%\` or \`${right.amount * 100}%\`.`,
        ...right.span,
      };
    }
    default:
      return undefined;
  }
}
