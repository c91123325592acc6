import { limits } from '#kernel/limits.ts';

/** The candidate that a slip of the pen would turn into `name`, if there is one near enough; the first of equals. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > limits.planNameCandidates) break;
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean …?` as a hint, or the given words when nothing is near. */
export function suggest(name: string, candidates: Iterable<string>, otherwise?: string): string | undefined {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? otherwise : `Did you mean \`${nearest}\`?`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost 1 (Damerau 1964). */
export function editDistance(left: string, right: string): number {
  const width = right.length + 1;
  const rows = [Array.from({ length: width }, (_, column) => column)];
  for (let row = 1; row <= left.length; row += 1) {
    const above = rows[row - 1] ?? [];
    const current = [row];
    for (let column = 1; column < width; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        cost = Math.min(cost, (rows[row - 2]?.[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    rows.push(current);
  }
  return rows[left.length]?.[right.length] ?? 0;
}
