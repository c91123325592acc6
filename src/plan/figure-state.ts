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
 * off target, and one without a target that is in no band is on target only when bands say what is bad.  A value so far is open, unless more of it
 * cannot change how it stands.
 */
export function figureState(reading: Reading, bands: ByPhase<Bands>, phase: string | undefined): FigureState {
  const inForce = valueAt(bands, phase);
  if (inForce === undefined) return 'target unset';
  if (reading.state === 'no data') return 'no data';
  if (reading.state === 'too few') return 'too few';
  const state = stateOfValue(reading.value, inForce);
  if (reading.fullAt === undefined) return state;
  // What more cannot change is said: bands point one way, so that a value in between stands as both ends do.
  const isDecided =
    reading.grows === true && !hasTwoEdges(inForce) && stateOfValue(Number.MAX_VALUE, inForce) === state;
  return isDecided ? state : 'open';
}

function stateOfValue(value: number, { target, warning, critical }: Bands): FigureState {
  if (critical !== undefined && holds(critical, value)) return 'critical';
  if (warning !== undefined && holds(warning, value)) return 'warning';
  if (target === 'unset') return 'target unset';
  if (target === undefined) return warning === undefined && critical === undefined ? 'target unset' : 'on target';
  return holds(target, value) ? 'on target' : 'off target';
}

function hasTwoEdges({ target, warning, critical }: Bands): boolean {
  return [target, warning, critical].some(
    (band) => band !== undefined && band !== 'unset' && ['between', '=', '!='].includes(band.operator),
  );
}

/** Whether a value, in base units, satisfies a band. */
export function holds(test: BandTest, value: number): boolean {
  if (test.operator === 'between') return value >= test.low && value <= test.high;
  return compare(value, test.operator, test.value);
}
