import { isTest, roomOf, type SourceFile, type Violation } from './source-files.ts';

/** Imports go downwards only. ARCHITECTURE.md shows the same table. */
export const floors: Readonly<Record<string, number>> = {
  kernel: 0,
  plan: 1,
  signals: 2,
  core: 2,
  egress: 3,
  storage: 3,
  intake: 4,
  channels: 4,
  contract: 4,
  insight: 4,
  probes: 4,
  engine: 5,
  rehearsal: 5,
  http: 6,
  cli: 6,
  processes: 7,
};

/** Files directly in `src/` put everything together, and so does the folder on their floor: these may import each other. */
const TOP_FLOOR = 7;

/** Direction between the folders of `src/`, and how a folder is named in an import. Tests may look wherever they need to. */
export function checkFloors(files: readonly SourceFile[]): readonly Violation[] {
  const violations: Violation[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    if (room !== undefined && floors[room] === undefined) {
      violations.push({
        path: file.path,
        line: 1,
        rule: `src/${room} has no floor`,
        instead: 'give it one in test/architecture/floors.ts and in ARCHITECTURE.md',
      });
    }
    if (isTest(file.path)) continue;
    for (const { specifier, target, line } of file.imports) {
      if (target === undefined) continue;
      const add = (rule: string, instead: string) => violations.push({ path: file.path, line, rule, instead });
      const targetRoom = roomOf(target);
      if (file.path.startsWith('src/') && isTest(target)) {
        add(`imports ${target}, which is for tests`, 'move what is needed into a file of its own');
        continue;
      }
      if (file.path.startsWith('src/') && !target.startsWith('src/')) {
        add(`imports ${target} from outside src`, 'move what is shared into src');
        continue;
      }
      if (targetRoom === room && roomOf(file.path) !== undefined) {
        if (specifier.startsWith('#')) add(`imports its own folder as ${specifier}`, 'use a relative path');
        continue;
      }
      if (targetRoom !== undefined && specifier.startsWith('.') && file.path.startsWith('src/')) {
        add(`leaves its folder by ${specifier}`, `use #${target.slice('src/'.length)}`);
      }
      if (!file.path.startsWith('src/')) continue;
      const from = room === undefined ? TOP_FLOOR : (floors[room] ?? TOP_FLOOR);
      const to = targetRoom === undefined ? TOP_FLOOR : (floors[targetRoom] ?? TOP_FLOOR);
      if (room === undefined || to < from || (from === TOP_FLOOR && targetRoom === undefined)) continue;
      add(
        `${room} (floor ${from}) imports ${targetRoom ?? target} (floor ${to})`,
        to === from
          ? 'folders of one floor do not know each other: move what both need to a floor below'
          : 'take it as an argument, or move it down',
      );
    }
  }
  return violations;
}
