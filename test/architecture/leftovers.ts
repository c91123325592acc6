import type { Document } from './documents.ts';
import type { Violation } from './source-files.ts';

// Written in pieces, so that this file does not find itself.
const patterns: readonly { readonly pattern: RegExp; readonly rule: string; readonly instead: string }[] = [
  {
    pattern: new RegExp(`(?<![\\w.])/(?:${['wo'].join('')}rk|Us${'ers'}|ho${'me'})/[a-z]`),
    rule: 'a path of one machine',
    instead: 'use a path relative to the repository, or an example such as /srv/watchbill',
  },
  {
    pattern: new RegExp(
      `https?://[^\\s"')]*(?:artifact${'ory'}|jf${'rog'}|ver${'daccio'}|nex${'us'}\\.|npm${'mirror'})`,
      'i',
    ),
    rule: 'a private registry',
    instead: 'name the public registry or none',
  },
  {
    // In comments only: a plan's text may say so, and the checker then warns.
    pattern: new RegExp(`(?://|\\*|#)\\s*(?:TO${'DO'}|FIX${'ME'}|HA${'CK'})\\b`),
    rule: 'an unfinished mark',
    instead: 'finish it, or write it down in an issue',
  },
];

/** Traces of the machine that a file was written on, and marks of unfinished work. */
export function checkLeftovers(documents: readonly Document[]): readonly Violation[] {
  return documents.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        patterns
          .filter(({ pattern }) => pattern.test(line))
          .map(({ rule, instead }) => ({ path, line: index + 1, rule, instead })),
      ),
  );
}
