/** A binary heap: the entry that comes before all others is on top. */
export class Heap<Entry> {
  readonly #entries: Entry[] = [];
  readonly #before: (left: Entry, right: Entry) => boolean;

  constructor(before: (left: Entry, right: Entry) => boolean) {
    this.#before = before;
  }

  peek(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let place = entries.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent] as Entry;
      if (!this.#before(entry, above)) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  pop(): Entry | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return top;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && this.#before(entries[child + 1] as Entry, entries[child] as Entry)) child += 1;
      if (!this.#before(entries[child] as Entry, last)) break;
      entries[place] = entries[child] as Entry;
      place = child;
    }
    entries[place] = last;
    return top;
  }
}
