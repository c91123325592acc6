import { expect, describe as group, test } from 'vitest';
import { checkCycles } from './cycles.ts';
import { checkCitedPaths, checkRooms } from './documents.ts';
import { checkErrorCatalogue } from './error-catalogue.ts';
import { checkFloors } from './floors.ts';
import { checkLeftovers } from './leftovers.ts';
import { checkNetwork } from './network.ts';
import { checkOnePlace } from './one-place.ts';
import { checkPurity } from './purity.ts';
import { checkShape } from './shape.ts';
import { describe, parseSource } from './source-files.ts';

/** Each rule on small samples: what it must find, and what it must let pass. */

group('floors', () => {
  const check = (path: string, text: string) => describe(checkFloors([parseSource(path, text)]));

  test('an import upwards', () => {
    expect(check('src/plan/a.ts', "\nimport { b } from '#engine/b.ts';")).toEqual([
      'src/plan/a.ts:2: plan (floor 1) imports engine (floor 5) — take it as an argument, or move it down',
    ]);
    expect(check('src/plan/a.ts', "const b = await import('#engine/b.ts');")).toHaveLength(1);
    expect(check('src/plan/a.ts', "export { b } from '#engine/b.ts';")).toHaveLength(1);
    expect(check('src/plan/a.ts', "import type { B } from '#engine/b.ts';")).toHaveLength(1);
  });

  test('an import of the same floor', () => {
    expect(check('src/core/a.ts', "import { b } from '#signals/b.ts';")[0]).toMatch('do not know each other');
  });

  test('a folder without a floor, and the top of the house imported from below', () => {
    expect(check('src/attic/a.ts', '')[0]).toMatch('src/attic has no floor');
    expect(check('src/http/a.ts', "import { b } from '../main.ts';")[0]).toMatch('floor 7');
  });

  test('a relative path into another folder, and a long one into the own', () => {
    expect(check('src/engine/a.ts', "import { b } from '../kernel/b.ts';")[0]).toMatch('use #kernel/b.ts');
    expect(check('src/engine/a.ts', "import { b } from '#engine/b.ts';")[0]).toMatch('use a relative path');
    expect(check('src/engine/a.ts', "import { b } from '../../test/b.ts';")[0]).toMatch('from outside src');
    expect(check('src/engine/a.ts', "import { b } from './testing.ts';")[0]).toMatch('for tests');
  });

  test('what is allowed', () => {
    expect(
      check('src/engine/a.ts', "import { b } from '#kernel/b.ts'; import { c } from './c.ts'; import pg from 'pg';"),
    ).toEqual([]);
    expect(check('src/main.ts', "import { b } from '#http/b.ts'; import { c } from './system-clock.ts';")).toEqual([]);
    expect(check('src/plan/a.test.ts', "import { b } from '#engine/b.ts';")).toEqual([]);
  });
});

group('cycles', () => {
  const check = (files: Record<string, string>) =>
    describe(checkCycles(Object.entries(files).map(([path, text]) => parseSource(path, text))));

  test('a ring of three, by values', () => {
    const found = check({
      'src/plan/a.ts': "import { b } from './b.ts';",
      'src/plan/b.ts': "import { c } from './c.ts';",
      'src/plan/c.ts': "export { a } from './a.ts';",
      'src/plan/d.ts': "import { a } from './a.ts';",
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch('src/plan/a.ts → src/plan/b.ts → src/plan/c.ts → src/plan/a.ts');
  });

  test('types may refer to each other', () => {
    expect(
      check({ 'src/a.ts': "import type { B } from './b.ts';", 'src/b.ts': "import { a } from './a.ts';" }),
    ).toEqual([]);
  });
});

group('purity', () => {
  const check = (text: string) => describe(checkPurity([parseSource('src/core/a.ts', text)], ['src/core/**/*.ts']));

  test.each([
    "import { readFileSync } from 'node:fs';",
    "import pg from 'pg';",
    "import { b } from '#engine/b.ts';",
    'console.log(1);',
    'const size = Buffer.byteLength("a");',
    'globalThis.document;',
  ])('%s', (text) => {
    expect(check(text).length).toBeGreaterThan(0);
  });

  test('what is allowed', () => {
    expect(check("import { z } from 'zod'; import { b } from './b.ts'; const process = 1; console_(process);")).toEqual(
      [],
    );
    expect(check('interface Host { readonly window: number } const a = { window: 5 }; a.window;')).toEqual([]);
  });
});

group('one place', () => {
  const check = (text: string, path = 'src/engine/a.ts') => describe(checkOnePlace([parseSource(path, text)]));

  test.each([
    ['const now = Date.now();', 'Date'],
    ['const now = new Date();', 'Date'],
    ['const now = Date();', 'Date'],
    ['const Calendar = Date;', 'Date'],
    ['const now = Temporal.Now.instant();', 'Temporal.Now'],
    ['const now = performance.now();', 'performance'],
    ['setTimeout(run, 5);', 'setTimeout'],
    ['globalThis.setInterval(run, 5);', 'setInterval'],
    ['const wait = setImmediate;', 'setImmediate'],
    ['AbortSignal.timeout(5);', 'AbortSignal.timeout'],
    ["import { setTimeout } from 'node:timers/promises';", 'node:timers/promises'],
    ['const a = Math.random();', 'Math.random'],
    ["const a = Math['random']();", 'Math.random'],
    ['const id = crypto.randomUUID();', 'crypto.randomUUID'],
    ["import { createHash, randomBytes as bytes } from 'node:crypto';", 'randomBytes'],
    ['const home = process.env.HOME;', 'process.env'],
  ])('%s', (text, name) => {
    expect(check(text).join('\n')).toContain(`(${name})`);
  });

  test('what is allowed', () => {
    expect(check('const now = Date.now();', 'src/system-clock.ts')).toEqual([]);
    expect(check('const now = Date.now();', 'src/engine/a.test.ts')).toEqual([]);
    expect(check("import { createHash } from 'node:crypto'; const at: Date | undefined = row.Date;")).toEqual([]);
    expect(check('export function wait(setTimeout: () => void): void { setTimeout(); }')).toEqual([]);
    expect(check('const at = new Date(5); Date.parse(text); Date.UTC(2026);')).toEqual([]);
    expect(check('const instant = Temporal.Instant.from(text); Math.max(1, 2);')).toEqual([]);
  });
});

group('network', () => {
  const check = (text: string, path = 'src/engine/a.ts') =>
    describe(
      checkNetwork([parseSource(path, text)], { 'src/egress/': 'the one way out', 'src/http/server.ts': 'a server' }),
    );

  test.each([
    "import { request } from 'node:https';",
    "import { connect } from 'node:net';",
    "import SMTPConnection from 'nodemailer/lib/smtp-connection';",
    "await fetch('https://a.example');",
  ])('%s', (text) => {
    expect(check(text)[0]).toMatch('opens connections');
  });

  test('what is allowed', () => {
    expect(check("import { request } from 'node:https';", 'src/egress/send.ts')).toEqual([]);
    expect(check("import { createServer } from 'node:http';", 'src/http/server.ts')).toEqual([]);
    expect(check("import type { Server } from 'node:http';")).toEqual([]);
    expect(check('repository.fetch(1);')).toEqual([]);
  });
});

group('shape', () => {
  const check = (path: string, text = '') => describe(checkShape([parseSource(path, text)]));

  test('default exports, barrels and names that say nothing', () => {
    expect(check('src/core/a.ts', '\nexport default function a() {}')).toEqual([
      'src/core/a.ts:2: default export — export it by its name',
    ]);
    expect(check('src/core/index.ts')).toHaveLength(1);
    expect(check('src/core/utils.ts')).toHaveLength(1);
    expect(check('src/core/utils/text.ts')).toHaveLength(1);
    expect(check('src/core/dueClock.ts')[0]).toMatch('kebab-case');
  });

  test('what is allowed', () => {
    expect(check('vitest.config.ts', 'export default {};')).toEqual([]);
    expect(check('src/core/due-clock.real.test.ts', 'export const a = 1;')).toEqual([]);
  });
});

group('documents', () => {
  const exists = (path: string) => path === 'src/core/step.ts' || path === 'docs/errors.md';

  test('a cited path that is gone', () => {
    const text = 'See `src/core/step.ts`\nand `src/core/gone.ts`, [errors](errors.md) and [more](../docs/more.md).';
    expect(describe(checkCitedPaths([{ path: 'docs/a.md', text }], exists))).toEqual([
      'docs/a.md:2: cites src/core/gone.ts, which is not there — cite what is',
      'docs/a.md:2: cites docs/more.md, which is not there — cite what is',
    ]);
  });

  test('patterns and addresses are not paths', () => {
    const text = '`src/http/NOUN/VERB.ts` `bench/*.ts` [site](https://a.example/x.md) [above](#top)';
    expect(checkCitedPaths([{ path: 'README.md', text }], exists)).toEqual([]);
  });

  test('a folder without its line, or on another floor', () => {
    const table = { path: 'ARCHITECTURE.md', text: '| 0 | `src/kernel/` | x |\n| 2 | `src/plan/` | y |' };
    expect(
      checkRooms(table, ['kernel', 'plan', 'core'], { kernel: 0, plan: 1, core: 2 }).map(({ rule }) => rule),
    ).toEqual(['src/plan/ has no line with floor 1', 'src/core/ has no line with floor 2']);
  });
});

group('error catalogue', () => {
  const catalogue = { 'not-found': { status: 404, exit: 66 }, usage: { status: 400, exit: 64 } };
  const user = parseSource('src/http/a.ts', "fail('not-found');");
  const check = (text: string) =>
    checkErrorCatalogue(catalogue, 'src/kernel/error-codes.ts', { path: 'docs/errors.md', text }, [user]).map(
      ({ rule }) => rule,
    );

  test('undocumented, documented wrongly, stale and unused', () => {
    expect(check('| `not-found` | 404 | 65 | gone |\n| `old-one` | 400 | 64 | was |')).toEqual([
      'not-found has status 404 and exit code 66',
      'usage is not documented',
      'usage is never used',
      'old-one is no error of ours',
    ]);
  });
});

group('leftovers', () => {
  const check = (text: string) => checkLeftovers([{ path: 'a.md', text }]).map(({ rule }) => rule);

  test('paths, registries and marks', () => {
    expect(check(`cd ${'/wo'}rk/main`)).toEqual(['a path of one machine']);
    expect(check(`https://jf${'rog'}.example/npm`)).toEqual(['a private registry']);
    expect(check(`// TO${'DO'}: later`)).toEqual(['an unfinished mark']);
  });

  test('what is allowed', () => {
    expect(check('https://registry.npmjs.org and test/work/a.ts and /srv/watchbill and $XXX')).toEqual([]);
  });
});
