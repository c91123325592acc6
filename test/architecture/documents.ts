import type { Violation } from './source-files.ts';

export interface Document {
  readonly path: string;
  readonly text: string;
}

const citedFolders = 'src|test|docs|bin|scripts|examples|bench|\\.ci';
const inlineCode = new RegExp(`\`((?:${citedFolders})/[^\`\\s]*|[A-Z]+\\.md)\``, 'g');
const link = /\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g;

/** Every path that a document cites exists. A path with `NAME`, `<…>` or `*` in it is a pattern and stands for many. */
export function checkCitedPaths(
  documents: readonly Document[],
  exists: (path: string) => boolean,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { path, text } of documents) {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    for (const [index, line] of text.split('\n').entries()) {
      const cited = [
        ...[...line.matchAll(inlineCode)].map((match) => match[1] ?? ''),
        ...[...line.matchAll(link)].map((match) => resolveLink(folder, match[1] ?? '')),
      ];
      for (const target of cited.filter((candidate) => !/[<>*{]|NAME|NOUN|VERB/.test(candidate))) {
        if (exists(target)) continue;
        violations.push({
          path,
          line: index + 1,
          rule: `cites ${target}, which is not there`,
          instead: 'cite what is',
        });
      }
    }
  }
  return violations;
}

function resolveLink(folder: string, target: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Every folder of `src/` has its line in ARCHITECTURE.md, in a table row that begins with its floor. */
export function checkRooms(
  architecture: Document,
  rooms: readonly string[],
  floors: Readonly<Record<string, number>>,
): readonly Violation[] {
  return rooms
    .filter((room) => !new RegExp(`^\\| *${floors[room]} *\\| *\`src/${room}/\``, 'm').test(architecture.text))
    .map((room) => ({
      path: architecture.path,
      line: 1,
      rule: `src/${room}/ has no line with floor ${floors[room]}`,
      instead: 'say in the table what lives there',
    }));
}
