const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An end that a silence can be given by one press. */
export interface SilenceEnd {
  readonly name: string;
  readonly until: number;
}

/** Ends to choose from: some lengths, and tomorrow at nine on the reader's clock. */
export function silenceEnds(now: number): readonly SilenceEnd[] {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  return [
    { name: '30 min', until: now + 30 * MINUTE },
    { name: '1 h', until: now + HOUR },
    { name: '4 h', until: now + 4 * HOUR },
    { name: '24 h', until: now + 24 * HOUR },
    { name: 'tomorrow 9:00', until: tomorrow.getTime() },
  ];
}

/** An instant as a date-time field of the browser holds it: the reader's own time, to the minute. */
export function fieldValue(at: number): string {
  const own = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return own.toISOString().slice(0, 16);
}

/** The instant of a date-time field; undefined while it is not complete. */
export function fieldInstant(value: string): number | undefined {
  const at = new Date(value).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** What a silence covers, in words. */
export function silenceSubject(silence: {
  readonly rule?: string | undefined;
  readonly group?: readonly string[] | undefined;
}): string {
  if (silence.rule === undefined) return 'Every rule';
  return silence.group === undefined ? silence.rule : `${silence.rule} (${silence.group.join(', ')})`;
}
