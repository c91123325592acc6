import { isTest, type SourceFile, type Violation } from './source-files.ts';

/** Files that import each other in a circle, by values; types may. Tarjan's strongly connected components. */
export function checkCycles(files: readonly SourceFile[]): readonly Violation[] {
  const byPath = new Map(files.filter((file) => !isTest(file.path)).map((file) => [file.path, file]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const violations: Violation[] = [];

  function visit(path: string): void {
    const index = order.size;
    order.set(path, index);
    lowest.set(path, index);
    stack.push(path);
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (typeOnly || target === undefined || !byPath.has(target)) continue;
      if (!order.has(target)) {
        visit(target);
        lowest.set(path, Math.min(lowest.get(path) ?? index, lowest.get(target) ?? index));
      } else if (stack.includes(target)) {
        lowest.set(path, Math.min(lowest.get(path) ?? index, order.get(target) ?? index));
      }
    }
    if (lowest.get(path) !== index) return;
    const ring = stack.splice(stack.indexOf(path));
    const importsItself = byPath.get(path)?.imports.some(({ target, typeOnly }) => target === path && !typeOnly);
    if (ring.length === 1 && importsItself !== true) return;
    const inRing = new Set(ring);
    const line = byPath.get(path)?.imports.find(({ target }) => target !== undefined && inRing.has(target))?.line ?? 1;
    violations.push({
      path,
      line,
      rule: `import cycle: ${[...ring, path].join(' → ')}`,
      instead: 'move what both need into a file of its own',
    });
  }

  for (const path of byPath.keys()) if (!order.has(path)) visit(path);
  return violations;
}
