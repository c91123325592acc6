/** Writes to the disk one after the other, in the order in which they were asked for; one that fails does not keep the next back. */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the write does. */
  run<Value>(write: () => Promise<Value>): Promise<Value> {
    const done = this.#last.then(write);
    this.#last = done.catch(() => {});
    return done;
  }
}
