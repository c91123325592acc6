import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument, Scalar } from 'yaml';
import { readYaml } from './read-yaml.ts';
import { Report } from './report.ts';
import { entriesOf } from './tree.ts';

const words = fc.array(fc.constantFrom('a', 'bc', "it's", '"q"', '\\', '5%', 'ü', '😀', '|', '#'), {
  minLength: 1,
  maxLength: 8,
});

/** A document with one value in the wanted style, as YAML writes it. */
function documentOf(value: string, type: Scalar.Type, lineWidth: number): string {
  const scalar = new Scalar(value);
  scalar.type = type;
  const document = parseDocument('outer: {}\n', { schema: 'failsafe' });
  document.set('outer', document.createNode({ inner: scalar }));
  return document.toString({ lineWidth, minContentWidth: 0 });
}

test('the place of each visible character of a value is that character in the file', () => {
  fc.assert(
    fc.property(
      words,
      fc.constantFrom(' ', '  ', '\n', '\n\n'),
      fc.constantFrom<Scalar.Type>('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
      fc.constantFrom(0, 20),
      (parts, separator, type, lineWidth) => {
        const value = parts.join(separator);
        const text = documentOf(value, type, lineWidth);
        const tree = readYaml('plan.yaml', text, new Report());
        const node = entriesOf(entriesOf(tree)[0]?.value)[0]?.value;
        if (node?.kind !== 'text') throw new Error(`no text in ${JSON.stringify(text)}`);
        for (let index = 0; index < node.text.length; index += 1) {
          const character = node.text[index] ?? '';
          if (/\s/.test(character)) continue;
          const { start } = node.piece(index, index + 1);
          const here = text[start];
          // An escape stands for its character.
          expect(here === character || here === '\\', `${JSON.stringify(text)} at ${index}`).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});
