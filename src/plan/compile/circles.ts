/** One step from a name to another, with what the caller wants to say of it. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** The ways round among names, each once: it begins with the name that is met first. Without recursion, since a plan may chain thousands. */
export function circlesOf(
  names: Iterable<string>,
  stepsFrom: (name: string) => readonly Step[],
): readonly (readonly Step[])[] {
  const circles: (readonly Step[])[] = [];
  const done = new Set<string>();
  for (const name of names) {
    const way: Step[] = [];
    const place = new Map([[name, 0]]);
    const open = done.has(name) ? [] : [{ name, steps: [...stepsFrom(name)].reverse() }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const step = top.steps.pop();
      if (step === undefined) {
        done.add(top.name);
        place.delete(top.name);
        open.pop();
        way.pop();
        continue;
      }
      const start = place.get(step.to);
      if (start !== undefined) circles.push([...way.slice(start), step]);
      else if (!done.has(step.to)) {
        way.push(step);
        place.set(step.to, way.length);
        open.push({ name: step.to, steps: [...stepsFrom(step.to)].reverse() });
      }
    }
  }
  return circles;
}
