import { compare } from './compare.ts';
import type { Bands, BandTest, ByPhase } from './model.ts';
import { valueAt } from './phases.ts';
import type { Reading } from './reading.ts';

/** How a figure stands against its bands. Missing data is neither zero nor a pass. */
export type FigureState =
  | 'on target'
  | 'off target'
  | 'warning'
  | 'critical'
  | 'no data'
  | 'too few'
  | 'open'
  | 'target unset';

/**
 * Judges a reading by the bands in force in a phase. The worst band that holds wins; a value that meets neither its target nor a band is
 * off target, and one without a target that is in no band is on target only when bands say what is bad. A value so far is open.
 */
export function figureState(reading: Reading, bands: ByPhase<Bands>, phase: string | undefined): FigureState {
  const inForce = valueAt(bands, phase);
  if (inForce === undefined) return 'target unset';
  if (reading.state === 'no data') return 'no data';
  if (reading.state === 'too few') return 'too few';
  if (reading.fullAt !== undefined) return 'open';
  const { target, warning, critical } = inForce;
  if (critical !== undefined && holds(critical, reading.value)) return 'critical';
  if (warning !== undefined && holds(warning, reading.value)) return 'warning';
  if (target === 'unset') return 'target unset';
  if (target === undefined) return warning === undefined && critical === undefined ? 'target unset' : 'on target';
  return holds(target, reading.value) ? 'on target' : 'off target';
}

/** Whether a value, in base units, satisfies a band. */
export function holds(test: BandTest, value: number): boolean {
  if (test.operator === 'between') return value >= test.low && value <= test.high;
  return compare(value, test.operator, test.value);
}
