import type { Chance } from './random.ts';

/** Which faults a run has, and how often. Each run has its own mixture: many faults at once hide each other. */
export interface Faults {
  /** Probability at each event of the store that the core dies there. */
  readonly coreKilled: number;
  readonly intakeKilled: number;
  /** Of the kills of intake, the share in which the machine loses power: unsynced bytes are lost and the core dies too. */
  readonly powerLost: number;
  readonly secondCore: boolean;
  /** How often a second a core is paused for up to `pauseMs`. */
  readonly corePaused: number;
  readonly storeRefuses: number;
  readonly storeAnswerLost: number;
  readonly storeLate: number;
  readonly storeSlow: number;
  readonly storeAway: number;
  readonly diskRefuses: number;
  readonly provider: number;
  readonly linkBroken: number;
  readonly clientAnswerLost: number;
  readonly clockJumps: number;
  readonly telemetryRefuses: number;
}

const NONE = 0;

/** Draws a mixture: each fault is absent in about half of the runs. */
export function drawFaults(chance: Chance): Faults {
  const some = (most: number, share = 0.45): number => (chance.happens(share) ? chance.between(most / 10, most) : NONE);
  return {
    coreKilled: some(0.03),
    intakeKilled: some(0.01),
    powerLost: chance.pick([0, 0.5, 1]),
    secondCore: chance.happens(0.25),
    corePaused: some(0.08),
    storeRefuses: some(0.05),
    storeAnswerLost: some(0.05),
    storeLate: some(0.02),
    storeSlow: some(0.05),
    storeAway: some(0.06),
    diskRefuses: some(0.03),
    provider: some(0.7),
    linkBroken: some(0.1),
    clientAnswerLost: some(0.3),
    clockJumps: some(0.04),
    telemetryRefuses: some(0.5),
  };
}

/** The liveness phase: everything is healed. */
export const noFaults: Faults = {
  coreKilled: NONE,
  intakeKilled: NONE,
  powerLost: NONE,
  secondCore: false,
  corePaused: NONE,
  storeRefuses: NONE,
  storeAnswerLost: NONE,
  storeLate: NONE,
  storeSlow: NONE,
  storeAway: NONE,
  diskRefuses: NONE,
  provider: NONE,
  linkBroken: NONE,
  clientAnswerLost: NONE,
  clockJumps: NONE,
  telemetryRefuses: NONE,
};
