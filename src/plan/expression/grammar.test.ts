import { readFileSync } from 'node:fs';
import peggy from 'peggy';
import { describe, expect, it } from 'vitest';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

describe('the committed parser', () => {
  it('is what the grammar gives; else run `npm run grammar`', () => {
    const options = JSON.parse(read('peggy.json')) as peggy.SourceBuildOptions<'source'>;
    const source = peggy.generate(read('grammar.peggy'), { ...options, output: 'source' });
    expect(read('parser.js') === source).toBe(true);
  });

  it('has a type for each entry point', () => {
    const { allowedStartRules } = JSON.parse(read('peggy.json')) as { allowedStartRules: string[] };
    const typed = [...read('parser.d.ts').matchAll(/^ {2}readonly (\w+Sentence):/gmu)].map((match) => match[1]);
    expect(typed).toEqual(allowedStartRules);
  });
});
