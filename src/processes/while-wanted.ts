/** Something that runs only while somebody wants it, since it costs memory to have it stand by. */
export interface WhileWanted {
  want(wanted: boolean): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** Starts and stops one after the other, whatever is wanted in between. `onGone` is told after each stop but the last. */
export function whileWanted(start: () => { stop(): Promise<void> }, onGone: () => void): WhileWanted {
  let running: { stop(): Promise<void> } | undefined;
  let isWanted = false;
  let isOver = false;
  let turn: Promise<void> = Promise.resolve();

  async function settle(): Promise<void> {
    if (isWanted && !isOver) {
      running ??= start();
      return;
    }
    const last = running;
    running = undefined;
    await last?.stop();
    if (last !== undefined && !isOver) onGone();
  }

  const next = (): Promise<void> => {
    turn = turn.then(settle);
    return turn;
  };
  return {
    want(wanted) {
      isWanted = wanted;
      void next();
    },
    stop() {
      isOver = true;
      return next();
    },
  };
}
