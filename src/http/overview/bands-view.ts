import type { BandsAnswer, BandTestAnswer } from '#contract/overview.ts';
import { formatThreshold } from '#kernel/format-figure.ts';
import type { Bands, BandTest } from '#plan/model.ts';

/** Bands in base units, each with its words. */
export function viewBands({ target, warning, critical }: Bands, unit: string): BandsAnswer {
  return {
    ...(target === undefined ? {} : { target: target === 'unset' ? target : viewBandTest(target, unit) }),
    ...(warning === undefined ? {} : { warning: viewBandTest(warning, unit) }),
    ...(critical === undefined ? {} : { critical: viewBandTest(critical, unit) }),
  };
}

function viewBandTest(test: BandTest, unit: string): BandTestAnswer {
  if (test.operator === 'between') {
    const { low, high } = test;
    return {
      operator: 'between',
      low,
      high,
      shown: `between ${formatThreshold(low, unit)} and ${formatThreshold(high, unit)}`,
    };
  }
  const { operator, value } = test;
  return { operator, value, shown: `${operator} ${formatThreshold(value, unit)}` };
}

/** Where a good figure lies: as the target says, else away from where the bands say that it is bad. */
export function directionOf({ target, warning, critical }: Bands): 'lower' | 'higher' | 'within' | undefined {
  if (target !== undefined && target !== 'unset') return sideOf(target);
  const bad = sideOf(critical ?? warning);
  if (bad === 'lower') return 'higher';
  return bad === 'higher' ? 'lower' : undefined;
}

function sideOf(test: BandTest | undefined): 'lower' | 'higher' | 'within' | undefined {
  switch (test?.operator) {
    case '<':
    case '<=':
      return 'lower';
    case '>':
    case '>=':
      return 'higher';
    case 'between':
      return 'within';
    default:
      return undefined;
  }
}
