import { suggest } from '#plan/text/nearest-name.ts';
import { Misread, type TokenReader } from './token-reader.ts';

/** A name that the plan has; throws `Misread` for any other, with what is near. */
export function readName(reader: TokenReader, known: ReadonlySet<string>, what: string): string {
  const token = reader.word(`the name of ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`);
  if (!known.has(token.text)) {
    throw new Misread(
      `The plan has no ${what} \`${token.text}\`.`,
      reader.spanOf(token),
      suggest(token.text, known) ?? `It has: ${[...known].join(', ')}.`,
    );
  }
  return token.text;
}
