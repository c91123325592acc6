import type { HealthAnswer, ProcessHealthAnswer } from '#contract/health.ts';
import { formatNumber } from '../../format/numbers.ts';
import type { ToneAndWord } from '../../kit/tone.ts';

const sizes: readonly (readonly [number, string])[] = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];

/** A size in the largest unit that it fills, to three digits: `158 MiB`. */
export function bytesText(bytes: number): string {
  const [size, unit] = sizes.find(([one]) => bytes >= one) ?? [1, 'B'];
  return `${formatNumber(Number((bytes / size).toPrecision(3)))} ${unit}`;
}

/** How a process stands. One that was started again is well, but worth a look. */
export function processTone({ state, restarts }: Pick<ProcessHealthAnswer, 'state' | 'restarts'>): ToneAndWord {
  switch (state) {
    case 'running':
      return (restarts ?? 0) > 0 ? { tone: 'warning', word: 'running again' } : { tone: 'good', word: 'running' };
    case 'starting':
      return { tone: 'none', word: 'starting' };
    case 'ended':
      return { tone: 'critical', word: 'ended; it is started again' };
    case 'outside':
      return { tone: 'neutral', word: 'outside, not ours to start' };
  }
}

const SLOW_LOOP_MS = 100;

/** Whether a process does what is due so late that pages and messages feel it. */
export function isSlowLoop(delayMs: number): boolean {
  return delayMs >= SLOW_LOOP_MS;
}

const BEHIND_MS = 2_000;

/** How the core stands with a plan. */
export function planTone({ running, lagMs }: Pick<HealthAnswer['plans'][number], 'running' | 'lagMs'>): ToneAndWord {
  if (!running) return { tone: 'critical', word: 'not running' };
  return lagMs > BEHIND_MS ? { tone: 'warning', word: 'behind' } : { tone: 'good', word: 'running' };
}

/** Messages by how they stand for people. */
export function deliveryCounts(notifications: Readonly<Record<string, number>>): {
  readonly waiting: number;
  readonly failed: number;
  readonly sent: number;
} {
  const sum = (...states: readonly string[]): number =>
    states.reduce((total, state) => total + (notifications[state] ?? 0), 0);
  return {
    waiting: sum('pending', 'leased', 'retry_at', 'unknown'),
    failed: sum('failed'),
    sent: sum('accepted', 'delivered'),
  };
}
