import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { files } = JSON.parse(read('package.json')) as { files: readonly string[] };

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, with continued lines joined and comments left out. */
function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
      return { word, rest };
    });
}

describe('deploy/Dockerfile', () => {
  const instructions = instructionsOf(read('deploy/Dockerfile'));
  const ignored = read('deploy/Dockerfile.dockerignore').split('\n');
  const last = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));
  const restOf = (word: string): string | undefined => last.findLast((one) => one.word === word)?.rest;

  test('has only instructions that there are', () => {
    const known = ['FROM', 'RUN', 'COPY', 'ENV', 'WORKDIR', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK'];
    expect(instructions.filter(({ word }) => ![...known, 'ENTRYPOINT', 'CMD'].includes(word))).toEqual([]);
    expect(instructions[0]?.word).toBe('FROM');
  });

  test('copies what there is, from the clone as far as the builder is shown it, and from stages before', () => {
    const stages: string[] = [];
    for (const { word, rest } of instructions) {
      if (word === 'FROM') stages.push(/ AS (\S+)$/i.exec(rest)?.[1] ?? '');
      if (word !== 'COPY') continue;
      const from = /^--from=(\S+) /.exec(rest)?.[1];
      if (from !== undefined) {
        expect(stages.slice(0, -1)).toContain(from);
        continue;
      }
      for (const source of rest.split(/\s+/).slice(0, -1)) {
        expect({ source, there: globSync(source, { cwd: root }).length > 0 }).toEqual({ source, there: true });
        expect(ignored).toContain(`!${source}`);
      }
    }
    // What is packed has to be there when it is packed.
    const copied = instructions.filter(({ word }) => word === 'COPY').map(({ rest }) => rest);
    for (const path of files.filter((one) => one !== 'release')) {
      const top = path.split('/')[0] ?? '';
      expect(copied.some((rest) => rest.split(/\s+/).includes(top))).toBe(true);
    }
  });

  test('takes every file of the compiler`s settings along, without which the pages are not built', () => {
    const { references } = JSON.parse(read('tsconfig.json')) as { references: readonly { path: string }[] };
    const sources = instructions.filter(({ word }) => word === 'COPY').flatMap(({ rest }) => rest.split(/\s+/));
    for (const { path } of references) {
      const file = path.replace('./', '');
      const found = sources.some(
        (source) => file.startsWith(`${source}/`) || globSync(source, { cwd: root }).includes(file),
      );
      expect({ file, found }).toEqual({ file, found: true });
    }
  });

  test('runs as somebody who owns nothing but the volume, and says how it is', () => {
    expect(restOf('USER')).toBe('watchbill');
    const after = last.slice(last.findIndex(({ word }) => word === 'USER'));
    expect(after.filter(({ word }) => word === 'RUN' || word === 'COPY')).toEqual([]);
    expect(last.find(({ word, rest }) => word === 'RUN' && rest.includes('useradd'))?.rest).toContain('--uid 10001');
    expect(restOf('VOLUME')).toBe('/var/lib/watchbill');
    expect(restOf('EXPOSE')?.split(' ')).toEqual(expect.arrayContaining(['4700', '4318']));
    expect(restOf('HEALTHCHECK')).toContain('/readyz');
  });

  test('starts without a shell, so that signals reach the program', () => {
    const words = JSON.parse(restOf('ENTRYPOINT') ?? 'null') as readonly string[];
    const packed = '/opt/watchbill/node_modules/watchbill/';
    const program = words.find((word) => word.startsWith(packed))?.slice(packed.length);
    expect(files).toContain(program);
    expect(JSON.parse(restOf('CMD') ?? 'null')).toEqual(['up', '--host', '0.0.0.0']);
  });
});

const analyzer = '/usr/bin/systemd-analyze';
describe.skipIf(!existsSync(analyzer))('deploy/watchbill.service', () => {
  /** The unit, with a program that there is on this machine. */
  function withUnit<Value>(use: (path: string) => Value): Value {
    const folder = mkdtempSync(join(tmpdir(), 'watchbill-unit-'));
    try {
      const path = join(folder, 'watchbill.service');
      writeFileSync(path, read('deploy/watchbill.service').replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
      return use(path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test('is understood by systemd without a complaint', () => {
    const { status, stdout, stderr } = withUnit((path) => spawnSync(analyzer, ['verify', path], { encoding: 'utf8' }));
    expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
  });

  test('lets the program do little', () => {
    const verdict = withUnit((path) =>
      execFileSync(analyzer, ['security', '--offline=yes', '--no-pager', path], { encoding: 'utf8' }),
    );
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(verdict)?.[1]);
    expect(exposure).toBeLessThanOrEqual(2);
  });
});
