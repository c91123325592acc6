import type { TextFile } from '../../plan-language/protocol.ts';

/** What somebody is writing, and the version that they began with. */
export interface PlanDraft {
  readonly base: number;
  readonly files: readonly TextFile[];
}

/** Of its path only the name is the reader's: the rest is where it lay on the machine that applied it. */
export function fileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

const keyOf = (plan: string): string => `watchbill-draft ${plan}`;

/** The draft of this browser tab; it outlives a reload, and leaving the page. */
export function loadDraft(plan: string): PlanDraft | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(plan)) ?? 'null');
    return isDraft(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function storeDraft(plan: string, draft: PlanDraft | undefined): void {
  try {
    if (draft === undefined) sessionStorage.removeItem(keyOf(plan));
    else sessionStorage.setItem(keyOf(plan), JSON.stringify(draft));
  } catch {
    // Without storage the draft lives as long as the page.
  }
}

function isDraft(kept: unknown): kept is PlanDraft {
  if (typeof kept !== 'object' || kept === null || !('base' in kept) || !('files' in kept)) return false;
  return (
    typeof kept.base === 'number' &&
    Array.isArray(kept.files) &&
    kept.files.every((file: unknown) => typeof (file as TextFile | null)?.text === 'string')
  );
}

export function sameFiles(left: readonly TextFile[], right: readonly TextFile[]): boolean {
  return (
    left.length === right.length &&
    left.every((file, index) => file.path === right[index]?.path && file.text === right[index]?.text)
  );
}

/** The files with one of them changed, or added at the end. */
export function withFile(files: readonly TextFile[], path: string, text: string): readonly TextFile[] {
  const known = files.some((file) => file.path === path);
  return known ? files.map((file) => (file.path === path ? { ...file, text } : file)) : [...files, { path, text }];
}

/** A file of two versions, for comparing; one that a version does not have is empty there. */
export interface FilePair {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** The files that differ between two versions. */
export function changedFiles(before: readonly TextFile[], after: readonly TextFile[]): readonly FilePair[] {
  const paths = [...new Set([...before, ...after].map(({ path }) => path))];
  return paths
    .map((path) => ({ path, before: textOf(before, path), after: textOf(after, path) }))
    .filter((pair) => pair.before !== pair.after);
}

function textOf(files: readonly TextFile[], path: string): string {
  return files.find((file) => file.path === path)?.text ?? '';
}
