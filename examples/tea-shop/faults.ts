/** What can be broken in the shop, and how its customers notice. */
export const faultNames = ['payments', 'database', 'sign-ups', 'memory', 'down'] as const;
export type FaultName = (typeof faultNames)[number];

export const faultEffects: Readonly<Record<FaultName, string>> = {
  payments: 'the payment provider refuses every payment',
  database: 'each page that reads the database takes one to three seconds longer',
  'sign-ups': 'the sign-up form has lost its button',
  memory: 'each page that is asked for leaves half a megabyte behind',
  down: 'nothing listens at the shop any more',
};

export const faultLabels: Readonly<Record<FaultName, string>> = {
  payments: 'Payments fail',
  database: 'Slow database',
  'sign-ups': 'Nobody can join',
  memory: 'Memory leak',
  down: 'All down',
};

/** A forgotten fault mends itself after this long. */
const LONGEST_MS = 3_600_000;

export interface FaultSwitches {
  isOn(name: FaultName): boolean;
  /** Switches; `forMs` is how long it stays on, at most an hour. */
  set(name: FaultName, on: boolean, forMs?: number): void;
  active(): readonly FaultName[];
  close(): void;
}

/** `changed` is told of every real change. */
export function createFaultSwitches(changed: (name: FaultName, on: boolean) => void): FaultSwitches {
  const active = new Map<FaultName, NodeJS.Timeout>();
  const turnOff = (name: FaultName): void => {
    const timer = active.get(name);
    if (timer === undefined) return;
    clearTimeout(timer);
    active.delete(name);
    changed(name, false);
  };
  return {
    isOn: (name) => active.has(name),
    active: () => [...active.keys()],
    set(name, on, forMs = LONGEST_MS) {
      if (!on) return turnOff(name);
      const wasOn = active.has(name);
      clearTimeout(active.get(name));
      const timer = setTimeout(() => turnOff(name), Math.min(Math.max(forMs, 0), LONGEST_MS));
      active.set(name, timer.unref());
      if (!wasOn) changed(name, true);
    },
    close() {
      for (const timer of active.values()) clearTimeout(timer);
      active.clear();
    },
  };
}

export function isFaultName(text: string): text is FaultName {
  return (faultNames as readonly string[]).includes(text);
}
