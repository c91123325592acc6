import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';

const PLAN = `plan: shop
timezone: UTC
launch: on command
people:
  mia: { email: mia@shop.example }
severities:
  urgent: { notify: [mia by app] }
sources:
  payments: events "payment"
  health:   events "health" with memory in MB, load in %
signals:
  failures: count(payments where outcome != "ok") over 1m
  memory:   last(health.memory) over 1m
  slow:     count(payments where duration > 1s) over 1m
  busy:     count(health where load = 7%) over 1m
  fixed:    count(health where memory = 130MB) over 1m
rules:
  failing: { when: failures > 3, severity: urgent }
  other:   { when: failures > 300, severity: urgent }
`;

function run(scenario: string, files: Readonly<Record<string, string>> = {}): ScenarioResult {
  return runScenario({
    planFiles: [{ path: 'plan.yaml', text: PLAN }],
    scenario: { path: 'a.scenario.yaml', text: scenario },
    readFile: (path) => {
      const text = files[path];
      return text === undefined ? undefined : [{ path, text }];
    },
  });
}

describe('a scenario with mistakes', () => {
  it('is not played, and each mistake is said at its place', () => {
    const result = run(
      `scenario: Mistakes
seeds: 3
steps:
  - at T+1m:
      - load payment at 1/s
      - load payments at 20
      - load payments at 1/s with outcome = "a" in 60%, outcome = "b" in 50%
      - load payments at 1/s with outcome between 1 and 2, outcome = "b"
      - send 3 payments over ten
      - expect alert failing open
      - expect page noah
      - expect failure > 3
      - apply next.yaml
      - apply broken.yaml
      - dance
  - at T+30s: stop all
  - in 30s: stop all
`,
      { 'broken.yaml': 'plan: x\nrules:\n  r: { when: nothing > 3, severity: urgent }\n' },
    );
    expect(result.state).toBe('invalid');
    expect(result.timeline).toBe('');
    const heads = result.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).split('\n')[0]);
    expect(heads).toEqual([
      'a.scenario.yaml:2:1: error E121: A scenario has no key `seeds`.',
      'a.scenario.yaml:5:14: error E301: The plan has no source `payment`.',
      'a.scenario.yaml:6:26: error E301: Here `20` stands; expected is a rate, such as `20/s`.',
      'a.scenario.yaml:7:76: error E303: The field `outcome` is set in 110%.',
      'a.scenario.yaml:8:60: error E301: The field `outcome` is set in two ways.',
      'a.scenario.yaml:9:30: error E301: Here `ten` stands; expected is a duration.',
      'a.scenario.yaml:10:30: error E301: `open` is no state of an alert.',
      'a.scenario.yaml:11:21: error E301: The plan has no recipient `noah`.',
      expect.stringMatching(/^a\.scenario\.yaml:12:16: error E301: Here `failure` stands; expected is `alert`/),
      'a.scenario.yaml:13:15: error E304: There is no plan at `next.yaml`.',
      expect.stringMatching(
        /^a\.scenario\.yaml:14:15: error E304: The plan at `broken\.yaml` has errors, the first at broken\.yaml:3:/,
      ),
      'a.scenario.yaml:15:9: error E301: Here `dance` stands; expected is `load`, `send`, `stop`, `probe`, `heartbeat`, `acknowledge`, `silence`, `unsilence`, `silence intake for`, `apply` or `expect`, or what a person `judges`, `settles`, `compares` or `marks`.',
      'a.scenario.yaml:16:5: error E302: `at T+30s` is earlier than the step before.',
      'a.scenario.yaml:17:5: error E224: `in 30s` is no time.',
    ]);
  });
});

it('sends events of a built-in source that the plan reads nothing of', () => {
  const result = run(`scenario: Requests
until: T+2m
steps:
  - at T+0: load requests at 20/s with status = 500 in 1%, status = 200, duration around 80ms
  - at T+1m: expect no page
`);
  expect(result.diagnostics).toEqual([]);
  expect(result).toMatchObject({ state: 'passed', expectations: 1 });
});

describe('a probe with parts', () => {
  const plan = `${PLAN.replace(
    'rules:',
    `services: { database: {}, mail: {} }
probes:
  health: { check: GET https://shop.example/health, every: 10s, parts: { database: json.database, mail: json.mail } }
rules:
  database-down: { when: health.database fails 2 times in a row, severity: urgent }
  mail-down: { when: health.mail failing, severity: urgent }`,
  )}`;
  const play = (steps: string): ScenarioResult =>
    runScenario({
      planFiles: [{ path: 'plan.yaml', text: plan }],
      scenario: { path: 'a.scenario.yaml', text: `scenario: Parts\nsteps:\n${steps}` },
      readFile: () => undefined,
    });

  it('answers of one part that it is down, and of the others that they are well', () => {
    const result = play(`  - at T+0: probe health answers
  - at T+1m: probe health.database fails
  - after 25s:
      - expect alert database-down firing
      - expect alert mail-down none
      - expect page mia because database-down
  - after 10s: probe health.database answers
  - after 10m: expect alert database-down resolved
`);
    expect(result.timeline).toMatch(/database-down/);
    expect([result.state, result.diagnostics]).toEqual(['passed', []]);
  });

  it('tells of no part when there is no answer, and of a failure with fields there is one', () => {
    const steps = (doing: string) => `  - at T+0:
      - probe health.database fails
      - probe health fails with ${doing}
      - probe health.mail is not measured
  - after 30s:
      - expect alert database-down firing
      - expect alert mail-down none
`;
    expect(play(steps('status 503')).state).toBe('passed');
    expect(play(steps('"connection refused"')).state).toBe('failed');
  });

  it('has no other parts than those of the plan', () => {
    const [first] = play('  - at T+0: probe health.databse fails\n').diagnostics;
    expect(first === undefined ? '' : formatDiagnostic(first)).toMatch(
      /no probe `health.databse`[\s\S]*`health.database`/,
    );
  });
});

describe('a scenario that fails', () => {
  it('says that the message came before the step that waits for it', () => {
    const result = run(`scenario: Too early
steps:
  - at T+10s: send 4 payments with outcome = "declined"
  - after 1m: expect page mia within 5s because failing
`);
    expect(result.state).toBe('failed');
    expect(result.timeline).toMatch(/instead: told before this step: T\+\S+ mia by app because failing/);
  });

  it('says of a step out of order only that, and of `until` where it stands', () => {
    const heads = (text: string) =>
      run(text).diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).split('\n')[0]);
    expect(heads('scenario: a\nsteps:\n  - at T+2m: stop all\n  - at T+1m: stop all\n')).toEqual([
      'a.scenario.yaml:4:5: error E302: `at T+1m` is earlier than the step before.',
    ]);
    expect(heads('scenario: a\nuntil: T+1m\nsteps:\n  - at T+2m: stop all\n')).toEqual([
      'a.scenario.yaml:2:8: error E302: The step of a.scenario.yaml:4:14 lies after `until`.',
    ]);
  });

  it('says of a person who acts that there is nothing to act on', () => {
    const result = run(`scenario: Nothing fires
steps:
  - at T+10s:
      - acknowledge failing by mia
      - unsilence failing by mia
`);
    expect(result.failures.map(({ step, instead }) => `${step}: ${instead[0]}`)).toEqual([
      'acknowledge failing by mia: there is nothing of it to act on',
      'unsilence failing by mia: there is nothing of it to act on',
    ]);
  });

  it('names what a silence lacks', () => {
    const head = (step: string) =>
      run(`scenario: a\nsteps:\n  - at T+1m: ${step}\n`).diagnostics.map(({ message }) => message)[0];
    expect(head('silence failing for 1h by mia')).toMatch('expected is `because`');
    expect(head('silence failing for 0s because "x" by mia')).toBe('A silence lasts for more than nothing.');
    expect(head('silence failing for 1h because "x" by nobody')).toBe('The plan has no person `nobody`.');
    expect(head('silence nothing for 1h because "x" by mia')).toBe('The plan has no rule `nothing`.');
  });

  it('says what happened instead', () => {
    const result = run(`scenario: Wrong expectations
steps:
  - at T+10s:
      - send 4 payments with outcome = "declined"
      - expect alert failing pending
      - expect no page
      - expect failures > 4
      - expect page mia within 5s because other
`);
    expect(result.state).toBe('failed');
    expect(result.failures.map(({ step, place }) => `${place} ${step}`)).toEqual([
      'a.scenario.yaml:5:9 expect alert failing pending',
      'a.scenario.yaml:6:9 expect no page',
      'a.scenario.yaml:7:9 expect failures > 4',
      'a.scenario.yaml:8:9 expect page mia within 5s because other',
    ]);
    const instead = result.failures.map((failure) => failure.instead[0]);
    expect(instead).toEqual([
      'failing: judged',
      'told: T+00:00:10.000 mia by app because failing (A-1 fired)',
      'failures: 4 of 4 so far',
      'told: T+00:00:10.000 mia by app because failing (A-1 fired)',
    ]);
    expect(result.failures[3]?.instead.join('\n')).toContain('nothing has been said of its tests yet');
    expect(result.timeline).toContain('FAILED: 4 of 4');
  });

  it('has not seen a page that came too late', () => {
    const late = (within: string): string => `scenario: Late
steps:
  - at T+0: expect page mia within ${within}
  - at T+10s: send 4 payments with outcome = "declined"
`;
    expect(run(late('9s')).state).toBe('failed');
    expect(run(late('10s')).state).toBe('passed');
  });
});

describe('a quantity in the fields of a load', () => {
  const expecting = (fields: string, expected: string): string =>
    run(
      `scenario: Quantities\nsteps:\n  - at T+0: load health at 1/s with ${fields}\n  - at T+5s: expect ${expected}\n`,
    ).timeline;

  it('is sent in the unit that its source gives the field, as a bare number is', () => {
    for (const fields of [
      'memory between 120 and 150',
      'memory between 120MB and 150MB',
      'memory between 0.12GB and 0.15GB',
      'memory = 130MB',
      'memory = 130000KB in 100%',
    ]) {
      expect(expecting(fields, 'memory between 120MB and 150MB'), fields).toContain('passed, 1 expectation');
    }
    expect(expecting('memory around 130MB', 'memory between 10MB and 900MB')).toContain('passed, 1 expectation');
  });

  it('equals what a condition writes in the same way', () => {
    expect(expecting('load = 7%', 'busy > 0')).toContain('passed, 1 expectation');
    expect(expecting('memory = 130MB', 'fixed > 0')).toContain('passed, 1 expectation');
  });

  it('is refused where it measures something else', () => {
    const head = (step: string) =>
      run(`scenario: a\nsteps:\n  - at T+1m: ${step}\n`).diagnostics.map((one) => formatDiagnostic(one).split('\n')[0]);
    expect(head('load health at 1/s with memory between 1s and 2s')).toEqual([
      'a.scenario.yaml:3:53: error E301: `1s` does not fit the field `memory`, which is in MB.',
    ]);
    expect(head('send payments with duration = 5MB')).toEqual([
      'a.scenario.yaml:3:44: error E301: `5MB` does not fit the field `duration`, which is in ms.',
    ]);
    expect(head('send payments with weight = 5MB')).toEqual([]);
  });
});

describe('points of samples', () => {
  const plan = `plan: shop
timezone: UTC
launch: on command
people: { mia: { email: mia@shop.example } }
severities: { urgent: { notify: [mia by app] } }
sources:
  cpu:  samples "cpu" in %
  paid: samples "paid_total"
signals:
  pace: rate(paid) over 1m in /min
  one:  count(cpu where instance = "2") over 1m
rules:
  hot: { when: cpu by instance > 80% for 1m, severity: urgent }
`;

  it('are levels, what they add, and labels', () => {
    const result = runScenario({
      planFiles: [{ path: 'plan.yaml', text: plan }],
      scenario: {
        path: 'a.scenario.yaml',
        text: `scenario: Hot
steps:
  - at T+0:
      - load cpu as one at 4/min with value = 40%, instance = "1"
      - load cpu as two at 4/min with value between 85% and 95%, instance = 2
      - load paid at 4/min with value = 30
  - at T+5m:
      - expect alert hot firing in "2"
      - expect page mia because hot
      - expect pace between 115/min and 155/min
      - expect one > 3
      - stop all
  - at T+7m: expect pace is no data
`,
      },
      readFile: () => undefined,
    });
    expect(result.diagnostics.map(formatDiagnostic)).toEqual([]);
    expect(result.timeline).toContain('passed');
    expect(result.timeline).not.toContain('FAILED');
  });
});

describe('a rehearsal', () => {
  const random = (seed: number): string => `scenario: Random
seed: ${seed}
steps:
  - at T+0: load payments at 2/s at random with outcome = "declined" in 3%, outcome = "ok", value around 30, user from 50
  - at T+1h: stop all
`;

  it('is the same every time, and another with another seed', () => {
    const first = run(random(1));
    expect(run(random(1)).timeline).toBe(first.timeline);
    expect(run(random(2)).timeline).not.toBe(first.timeline);
    // Poisson with a mean of 7200: ± 6 standard deviations.
    expect(Math.abs(first.events - 7_200)).toBeLessThan(510);
  });

  it('counts time from the launch, also of a plan that is launched on command', () => {
    const result = run(
      'scenario: Offsets\nstart: T-10m\nsteps:\n  - at T-5m: send payments\n  - after 5m: send payments\n',
    );
    const lines = result.timeline.split('\n').filter((line) => line.includes('> send'));
    expect(lines).toEqual(['T-00:05:00.000 > send payments', 'T+00:00:00.000 > send payments']);
  });
});
