import { expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';

const lines = (objectives: string, rest = '') => `plan: shop
launch: 2026-01-20T09:00:00Z
phases: { early: T+0 .. T+24h, late: from T+24h }
severities: { soon: { notify: [] } }
probes: { api: { check: GET https://shop.example/, every: 1m } }
signals:
  uptime: availability(api) over 30d
  phased: availability(api) this phase
  fast: burn(uptime) over 1h
objectives:
  uptime: ${objectives}
${rest}`;

function compiled(text: string) {
  const { plan, diagnostics, notExecuted } = compilePlan([{ path: 'plan.yaml', text }]);
  const burn = plan?.signals.find(({ name }) => name === 'fast')?.formula;
  const [test] = Object.values(plan?.tests ?? {});
  return {
    wrong: diagnostics.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`),
    waits: notExecuted.map(({ what }) => what),
    allowed: burn?.kind === 'divide' ? burn.right : undefined,
    comparison: test?.kind === 'comparison' ? test.comparison : undefined,
  };
}

test('a burn is measured by the target of each phase', () => {
  const { allowed, wrong, waits } = compiled(lines('{ early: target >= 99%, otherwise: target >= 99.9% }'));
  expect({ wrong, waits }).toEqual({ wrong: [], waits: [] });
  expect(allowed).toEqual({ kind: 'by-phase', values: { otherwise: 0.001, phases: { early: 0.01 } } });
});

test('a burn is judged by as many known minutes as its signal asks for, as far as its window has them, and by one at least', () => {
  const needed = (signal: string, window: string) => {
    const rule = `rules: { burning: { when: burn(uptime) > 10 ${window}, severity: soon } }`;
    const text = lines('target > 99%', rule).replace('availability(api) over 30d', signal);
    const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
    const wrong = diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message }) => `${code} ${message}`);
    const [test] = Object.values(plan?.tests ?? {});
    return test?.kind === 'comparison' ? test.atLeast : wrong;
  };
  expect(needed('availability(api) over 30d', 'in 5m')).toBe(1);
  expect(needed('availability(api) this phase, at least 2', 'in 5m')).toBe(2);
  expect(needed('availability(api) over 7d, at least 1440', 'in 1h')).toBe(30);
  expect(needed('availability(api) over 7d, at least 1440', 'in 1m')).toBe(1);
  expect(needed('availability(api) over 7d, at least 20', 'in 1h')).toBe(20);
  expect(needed('availability(api) over 30d', 'in 59s')).toEqual([
    'E154 A burn is judged by a minute of known time at least, and this window has none.',
  ]);
});

test('a phase without a target has none, and targets that are alike are one number', () => {
  expect(compiled(lines('{ early: warning < 99%, late: target > 99% }')).allowed).toEqual({
    kind: 'by-phase',
    values: { phases: { early: 'none', late: 0.01 } },
  });
  expect(compiled(lines('{ early: target > 99%, otherwise: target >= 99% }')).allowed).toEqual({
    kind: 'constant',
    value: 0.01,
  });
  expect(compiled(lines('{ early: target > 99%, otherwise: target >= 100% }')).wrong).toEqual([
    'E154 A target of 100% leaves no error budget for `uptime`.',
  ]);
});

test('a condition may ask for a band that has another value in each phase', () => {
  const rule = 'rules: { low: { when: uptime is in critical, severity: soon } }';
  const asked = (objective: string) => compiled(lines(objective, rule));
  expect(asked('{ early: "target > 95%, critical < 90%", otherwise: "target > 99%, critical < 98%" }')).toMatchObject({
    wrong: [],
    waits: [],
    comparison: { operator: '<', right: { kind: 'by-phase', values: { otherwise: 0.98, phases: { early: 0.9 } } } },
  });
  // Not of all phases, or by different signs.
  for (const objective of [
    '{ early: "target > 95%, critical < 90%", otherwise: target > 99% }',
    '{ early: "target > 95%, critical < 90%" }',
    '{ early: "target > 95%, critical < 90%", otherwise: "target > 99%, critical <= 98%" }',
  ]) {
    expect(asked(objective).waits).toContain('a band that not every phase has with the same sign, in a condition');
  }
  expect(asked('{ early: target > 95%, otherwise: target > 99% }').wrong).toEqual([
    'E140 The objective of `uptime` has no critical.',
  ]);
});

test('`this phase` elsewhere is named as not executed', () => {
  const text = lines('target > 99%').replace('fast: burn(uptime) over 1h', 'fast: count(requests) this phase');
  expect(compiled(text)).toMatchObject({ wrong: [], waits: ['`this phase`'] });
  expect(
    compiled(lines('target > 99%', 'rules: { low: { when: uptime this phase < 99%, severity: soon } }')),
  ).toMatchObject({
    wrong: [],
    waits: [],
  });
});
