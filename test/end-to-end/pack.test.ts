import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { installLinked, pack, startDemo } from './packed.ts';
import { cleanUp, emptyFolder, onCleanUp, removeEnginesOf } from './program.ts';

afterEach(cleanUp);

const run = promisify(execFile);

test('the packed package runs the demo in an empty folder', async () => {
  const folder = await emptyFolder();
  const tarball = await pack(folder);
  const { stdout: listing } = await run('tar', ['-tzf', tarball], { maxBuffer: 64 * 1_048_576 });
  const files = listing.trim().split('\n');
  expect(files).toEqual(
    expect.arrayContaining([
      'package/bin/watchbill.js',
      'package/release/src/main.js',
      'package/release/web/dist/index.html',
      'package/release/examples/tea-shop/plan.yaml',
      'package/LICENSE',
    ]),
  );
  // Node runs no TypeScript there, and tests are nobody's business but ours.
  const strays = files.filter(
    (file) => /\.test\.|\/test\//.test(file) || (file.endsWith('.ts') && !file.includes('/page/')),
  );
  expect(strays).toEqual([]);

  const place = join(folder, 'somewhere');
  await installLinked(tarball, place);
  const dataFolder = join(place, '.watchbill-demo');
  removeEnginesOf(dataFolder);
  const demo = startDemo(place);
  onCleanUp(() => demo.stop());
  const url = await demo.address;

  const page = await fetch(url);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<div id="root"');
  // A rehearsal runs in a thread whose module is only looked for now.
  const token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const known = await fetch(`${url}/api/plans/tea-shop/scenarios`, { headers });
  const { scenarios } = (await known.json()) as { scenarios: readonly { path: string; text: string }[] };
  const { path, text } = scenarios[0] ?? { path: '', text: '' };
  const rehearsal = await fetch(`${url}/api/plans/tea-shop/rehearsals`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ scenario: { path, text } }),
  });
  const messages = (await rehearsal.text()).trim().split('\n');
  expect(JSON.parse(messages.at(-1) ?? '{}')).toMatchObject({ type: 'result' });

  expect(await demo.stop()).toBe(0);
  expect(demo.output()).not.toMatch(/error|Error/);
});
