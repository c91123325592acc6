import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Connections } from './connections.ts';
import { Admission } from './limiting/admission.ts';
import { Turns } from './limiting/turns.ts';

/** What keeps one sender's requests from costing others theirs; all servers of intake share one. */
export interface Gate {
  readonly admission: Admission;
  readonly turns: Turns;
  /** Of each server that listens. */
  readonly connections: Connections[];
}

export function createGate(clock: Clock, requestsPerKey: number = limits.intakeRequestsPerKey): Gate {
  return {
    admission: new Admission({ requests: limits.intakeRequests, requestsPerKey, bytes: limits.intakeBytesInFlight }),
    turns: new Turns(clock),
    connections: [],
  };
}
