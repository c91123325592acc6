import { formatInstant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** One line a message on standard error: time, part, level, message and its details as JSON. */
export function createLog(part: string, clock: Clock) {
  return (level: 'info' | 'warning' | 'error', message: string, details?: Readonly<Record<string, unknown>>): void => {
    // What goes well is what nobody reads; the status shows it.
    if (level === 'info') return;
    const rest = details === undefined ? '' : ` ${JSON.stringify(details)}`;
    process.stderr.write(`${formatInstant(clock.now())} ${part} ${level}: ${message}${rest}\n`);
  };
}
