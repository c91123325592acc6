import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { folderWith, removeFolders, run } from './testing.ts';

afterEach(removeFolders);

const PLAN = `plan: shop
timezone: UTC
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example }
sources:
  payments: events "payment"
signals:
  failures: count(payments where outcome = "failed")
severities:
  urgent: { notify: [mia by app] }
rules:
  failing: { when: failures > 3 in 10s, severity: urgent }
`;
const SCENARIO = `scenario: Payments fail
start: T+1h
steps:
  - at T+1h:
      - send 5 payments with outcome = "failed"
  - at T+1h1m:
      - expect page mia by app because failing
`;

describe('what cannot be meant', () => {
  test.each([
    [['staus'], "unknown command 'staus'", '(Did you mean status?)'],
    [['up', '--port', '70000'], '"70000" is no port', 'watchbill help'],
    [['demo', '--port', 'http'], '"http" is no port', 'watchbill help'],
    [['apply'], "missing required argument 'plan'", ''],
    [['apply', 'plan.yaml', '--expect', 'latest'], '--expect takes the number of a version', ''],
    [['key', 'create', '--expires-in-days', 'soon'], '--expires-in-days takes a number above 0', ''],
    [['check'], 'Name the plan to check', ''],
    [['ship', 'access.log', '--format', 'xml'], 'Allowed choices are combined, json', ''],
    [['send', '--key', 'k', '--intake', 'http://127.0.0.1:1'], 'Name the event', ''],
    [['send', 'payment', 'amount', '--key', 'k', '--intake', 'http://127.0.0.1:1'], '"amount" is not', ''],
  ])('%j is refused with exit code 64', async (words, message, hint) => {
    const { exit, errors, servers } = await run(folderWith({ 'plan.yaml': PLAN }), words);
    expect(exit).toBe(64);
    expect(errors).toContain(message);
    expect(errors).toContain(hint);
    expect(servers).toEqual([]);
  });

  test('no command at all shows what there is', async () => {
    const { exit, errors } = await run('/', []);
    expect(exit).toBe(64);
    expect(errors).toContain('Start here:');
  });
});

test.each([['version'], ['--version'], ['-V']])('%s prints the version', async (word) => {
  expect(await run('/', [word])).toMatchObject({ exit: 0, output: '1.2.3\n' });
});

describe('without a server', () => {
  test.each([
    [['status'], 69, 'server-unreachable: No server was started on '],
    [['status', '--server', 'http://127.0.0.1:1'], 77, 'credential-missing: There is no token for http://127.0.0.1:1'],
    [['demo', 'break', 'payments'], 69, 'server-unreachable: No demo runs on '],
    [['send', 'payment'], 69, 'server-unreachable: Name intake with --intake'],
    [['send', 'payment', '--intake', 'http://127.0.0.1:1'], 77, 'credential-missing: Give a key with --key'],
    [['apply', 'nothing.yaml'], 66, 'file-unreadable: There is nothing at nothing.yaml'],
  ])('%j says what is missing', async (words, exit, message) => {
    const ran = await run(folderWith({}), words);
    expect(ran.exit).toBe(exit);
    expect(ran.errors).toContain(message);
  });
});

describe('check', () => {
  test('a good plan', async () => {
    const folder = folderWith({ 'plan.yaml': PLAN });
    expect(await run(folder, ['check', 'plan.yaml'])).toMatchObject({ exit: 0, output: 'No remarks.\n' });
    expect((await run(folder, ['check', 'plan.yaml', '--explain'])).output).toContain('repeated every: 4h  (default)');
  });

  test('every mistake at its place, also as JSON', async () => {
    const folder = folderWith({
      'plan.yaml': PLAN.replace('count(', 'cuont(').replace('severity: urgent', 'severity: urgnt'),
    });
    const { exit, output, errors } = await run(folder, ['check', 'plan.yaml']);
    expect(exit).toBe(65);
    expect(output).toMatch(/^plan\.yaml:9:13: error E225: .*\n.*\nplan\.yaml:13:\d+: error E133: /m);
    expect(errors).toContain('plan-invalid: 2 errors in plan.yaml.');
    const json = JSON.parse((await run(folder, ['check', 'plan.yaml', '--json'])).output) as {
      diagnostics: { path: string; line: number }[];
    };
    expect(json.diagnostics.map(({ path, line }) => `${path}:${line}`)).toEqual(['plan.yaml:9', 'plan.yaml:13']);
  });

  test('what is not executed yet is said', async () => {
    const folder = folderWith({ 'plan.yaml': `${PLAN}layers:\n  weekend: { span: T+1d .. T+2d }\n` });
    const { exit, output } = await run(folder, ['check', 'plan.yaml']);
    expect(exit).toBe(0);
    expect(output).toContain('not executed yet: `apply` would refuse the plan.');
  });

  test('a folder is one plan, and its scenarios are none of it', async () => {
    const [head, rules] = PLAN.split('rules:');
    const folder = folderWith({
      'a.yaml': String(head),
      'b.yml': `rules:${rules}`,
      'c.scenario.yaml': SCENARIO,
      'notes.txt': 'x',
    });
    expect(await run(folder, ['check', '.'])).toMatchObject({ exit: 0, output: 'No remarks.\n' });
    expect((await run(folderWith({}), ['check', '.'])).errors).toContain('has no .yaml file');
    expect((await run(folderWith({ 'c.scenario.yaml': SCENARIO }), ['check', '.'])).errors).toContain('no .yaml file');
  });

  test('the shape of a scenario is checked with its plan', async () => {
    const folder = folderWith({ 'a.yaml': PLAN, 'c.scenario.yaml': SCENARIO.replace('steps:', 'step:') });
    const { exit, output } = await run(folder, ['check', '.']);
    expect(exit).toBe(65);
    expect(output).toContain('c.scenario.yaml:');
    expect(output).toContain('Did you mean `steps`?');
  });

  test('the JSON Schema needs no plan', async () => {
    expect(JSON.parse((await run('/', ['check', '--schema'])).output)).toHaveProperty('$schema');
  });

  test('text that is not UTF-8 is refused', async () => {
    const folder = folderWith({ 'plan.yaml': '' });
    writeFileSync(join(folder, 'plan.yaml'), new Uint8Array([0xff, 0xfe]));
    expect(await run(folder, ['check', 'plan.yaml'])).toMatchObject({ exit: 66 });
  });
});

describe('fmt', () => {
  const untidy = PLAN.replace('  mia: {', '  mia:    {');

  test('prints, checks and writes the one layout', async () => {
    const folder = folderWith({ 'plan.yaml': untidy });
    const printed = (await run(folder, ['fmt', 'plan.yaml'])).output;
    expect(printed).not.toBe(untidy);
    const checked = await run(folder, ['fmt', 'plan.yaml', '--check']);
    expect(checked).toMatchObject({ exit: 1, output: '' });
    expect(checked.errors).toContain('Not in the one layout: plan.yaml.');
    expect(await run(folder, ['fmt', 'plan.yaml', '--write'])).toMatchObject({ exit: 0, output: 'plan.yaml\n' });
    expect(readFileSync(join(folder, 'plan.yaml'), 'utf8')).toBe(printed);
    expect(await run(folder, ['fmt', 'plan.yaml', '--check'])).toMatchObject({ exit: 0 });
    expect(await run(folder, ['fmt', 'plan.yaml', '--write'])).toMatchObject({ exit: 0, output: '' });
  });

  test('leaves alone what cannot be read', async () => {
    const folder = folderWith({ 'plan.yaml': 'plan: [' });
    expect(await run(folder, ['fmt', 'plan.yaml', '--write'])).toMatchObject({ exit: 65, output: '' });
    expect(readFileSync(join(folder, 'plan.yaml'), 'utf8')).toBe('plan: [');
  });
});

describe('rehearse', () => {
  const files = { 'plan.yaml': PLAN, 'fail.scenario.yaml': SCENARIO };
  const words = ['rehearse', 'plan.yaml', 'fail.scenario.yaml'];

  test('plays the scenario, and keeps its timeline', async () => {
    const folder = folderWith(files);
    const played = await run(folder, words);
    expect(played).toMatchObject({ exit: 0, errors: '' });
    expect(played.output).toContain('alert-fired     A-1 failing, urgent');
    expect((await run(folder, [...words, '--golden'])).exit).toBe(66);
    expect((await run(folder, [...words, '--update'])).exit).toBe(0);
    expect((await run(folder, [...words, '--golden'])).exit).toBe(0);
    expect(readFileSync(join(folder, 'fail.golden.txt'), 'utf8')).toBe(played.output);
  });

  test('another timeline than the golden one fails, with the line', async () => {
    const folder = folderWith({ ...files, 'fail.golden.txt': 'something else\n' });
    const played = await run(folder, [...words, '--golden']);
    expect(played.exit).toBe(1);
    expect(played.errors).toContain('from line 1 on:\n- something else\n+ scenario: Payments fail');
  });

  test('an expectation that does not hold fails, at its place', async () => {
    const folder = folderWith({ ...files, 'fail.scenario.yaml': SCENARIO.replace('send 5', 'send 2') });
    const played = await run(folder, words);
    expect(played.exit).toBe(1);
    expect(played.errors).toContain('scenario-failed: 1 of 1 expectation did not hold.');
  });

  test('a scenario with mistakes is not played', async () => {
    const folder = folderWith({ ...files, 'fail.scenario.yaml': SCENARIO.replace('expect page', 'expekt page') });
    const played = await run(folder, words);
    expect(played.exit).toBe(65);
    expect(played.output).toMatch(/fail\.scenario\.yaml:7:\d+: error E3\d\d: /);
  });
});

describe('up', () => {
  test('starts with the plan, its ports and its data folder', async () => {
    const folder = folderWith({ 'plan.yaml': PLAN });
    const words = [
      'up',
      'plan.yaml',
      '--port',
      '0',
      '--intake-port',
      '5000',
      '--host',
      '::1',
      '--data',
      'kept',
      '--name',
      'watch.example',
      '--public-url',
      'https://watch.example',
      '--public-intake-url',
      'https://intake.example/watchbill',
      '--grpc-port',
      'off',
    ];
    const { exit, servers } = await run(folder, words, { defaults: { ingestKey: 'wb_ingest_preset' } });
    expect(exit).toBe(0);
    expect(servers).toEqual([
      {
        dataFolder: join(folder, 'kept'),
        port: 0,
        intakePort: 5_000,
        grpcPort: 'off',
        host: '::1',
        names: ['watch.example'],
        publicUrl: 'https://watch.example',
        publicIntakeUrl: 'https://intake.example/watchbill',
        plans: [[{ path: 'plan.yaml', text: PLAN }]],
        ingestKey: 'wb_ingest_preset',
      },
    ]);
  });

  test('without anything it takes what is usual; the exit code is the one of the server', async () => {
    const { exit, servers } = await run('/somewhere', ['up'], { startServer: async () => 78 });
    expect(exit).toBe(78);
    expect(servers).toEqual([]);
    const usual = await run('/somewhere', ['up'], { defaults: { dataFolder: '/kept/here' } });
    expect(usual.servers).toEqual([
      { dataFolder: '/kept/here', port: 4_700, intakePort: 4_318, host: '127.0.0.1', plans: [] },
    ]);
    const wrong = await run('/somewhere', ['up', '--public-intake-url', 'intake.example']);
    expect(wrong.errors).toContain('"intake.example" is no http or https address.');
  });

  test.each([
    ['plan-invalid: ', PLAN.replace('> 3', '> three')],
    ['plan-not-executable: ', `${PLAN}layers:\n  weekend: { span: T+1d .. T+2d }\n`],
  ])('refuses what cannot run before it starts anything: %s', async (message, text) => {
    const { exit, errors, servers } = await run(folderWith({ 'plan.yaml': text }), ['up', 'plan.yaml']);
    expect(exit).toBe(65);
    expect(errors).toContain(message);
    expect(servers).toEqual([]);
  });
});

test('a bug is said to be one', async () => {
  const { exit, errors } = await run(folderWith({}), ['restore', 'backup']);
  expect(exit).toBe(70);
  expect(errors).toContain('internal-error: Error: There are no stores here.');
});
