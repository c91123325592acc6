import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SERVER_RECORD_NAME, serverFolderOf } from './client.ts';
import type { Runtime } from './runtime.ts';

let workingFolder: string;
beforeEach(async () => {
  workingFolder = await mkdtemp(join(tmpdir(), 'watchbill-client-'));
});
afterEach(() => rm(workingFolder, { recursive: true, force: true }));

function find(address: { readonly data?: string } = {}, dataFolder?: string): string {
  const runtime = { workingFolder, defaults: dataFolder === undefined ? {} : { dataFolder } };
  return serverFolderOf(runtime as Runtime, address);
}

async function runsIn(folder: string): Promise<void> {
  await mkdir(join(workingFolder, folder));
  await writeFile(join(workingFolder, folder, SERVER_RECORD_NAME), '{}');
}

test('without a server that runs, it is the usual folder', () => {
  expect(find()).toBe(join(workingFolder, '.watchbill'));
});

test('the demo is found when nothing else runs here', async () => {
  await runsIn('.watchbill-demo');
  expect(find()).toBe(join(workingFolder, '.watchbill-demo'));
  expect(find({ data: 'other' })).toBe(join(workingFolder, 'other'));
  expect(find({}, '/var/lib/watchbill')).toBe('/var/lib/watchbill');
});

test("one's own server comes before the demo", async () => {
  await runsIn('.watchbill-demo');
  await runsIn('.watchbill');
  expect(find()).toBe(join(workingFolder, '.watchbill'));
});
