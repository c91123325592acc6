import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '#kernel/error-codes.ts';
import { createProgram } from './program.ts';
import { emptyRuntime } from './testing.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');
/** By the words of the command, without its arguments: what stands between its heading and the next. */
const sections = new Map(
  text.split(/^#{2,3} /m).flatMap((section) => {
    const heading = /^`watchbill ([^`]+)`\n/.exec(section)?.[1];
    if (heading === undefined) return [];
    return [[heading.replace(/ ?[<[].*$/, ''), { heading, section }] as const];
  }),
);

/** Everything that can be run. */
function commandsIn(
  parent: Command,
  words: readonly string[] = [],
): { readonly name: string; readonly command: Command }[] {
  return parent.commands.flatMap((command) => {
    const all = [...words, command.name()];
    const below = commandsIn(command, all);
    const runs = below.length === 0 || command.options.length > 0;
    return runs ? [{ name: all.join(' '), command }, ...below] : below;
  });
}

const commands = commandsIn(createProgram(emptyRuntime('/').runtime, () => {}));

describe('docs/cli.md', () => {
  test.each(commands)('documents `$name` with its arguments and options', ({ name, command }) => {
    const documented = sections.get(name);
    const shown = command.registeredArguments.map((argument) => {
      const word = argument.variadic ? `${argument.name()}...` : argument.name();
      return argument.required ? ` <${word}>` : ` [${word}]`;
    });
    expect(documented?.heading).toBe(`${name}${shown.join('')}`);
    for (const { flags } of command.options) expect(documented?.section).toContain(`\`${flags}\``);
    const known = new Set(command.options.map(({ long }) => long));
    const named = [...(documented?.section ?? '').matchAll(/`(--[a-z-]+)(?: <[a-z]+>)?`/g)].map(([, long]) => long);
    const others = named.filter((long) => !known.has(long));
    expect(others.filter((long) => !(name === 'version' && long === '--version'))).toEqual([]);
  });

  test('documents nothing else', () => {
    expect([...sections.keys()].sort()).toEqual(commands.map(({ name }) => name).sort());
  });

  test('lists each error under its exit code', () => {
    const rows = new Map([...text.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, exit, codes]) => [Number(exit), codes]));
    const expected = Map.groupBy(Object.entries(errorCodes), ([, { exit }]) => exit);
    expect([...rows.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [exit, entries] of expected)
      expect(rows.get(exit)).toBe(entries.map(([code]) => `\`${code}\``).join(', '));
  });

  test.each(commands)('`$name --help` has a summary', ({ command }) => {
    expect(command.summary()).toMatch(/^[^.]{5,}[^.]$/);
  });
});
