import { MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type * as ast from '../expression/ast.ts';

const NOWHERE = { start: 0, end: 0 };

/** `last(NAME) over 5m`, as it would be written. */
export function levelOf(name: string): ast.Signal {
  return {
    kind: 'signal',
    span: NOWHERE,
    formula: {
      kind: 'aggregate',
      function: 'last',
      path: { kind: 'path', names: [name], span: NOWHERE },
      span: NOWHERE,
    },
    window: {
      kind: 'over',
      duration: {
        kind: 'duration',
        amount: limits.sampleLifeMs / MINUTE_MS,
        unit: 'm',
        ms: limits.sampleLifeMs,
        span: NOWHERE,
      },
      span: NOWHERE,
    },
  };
}
