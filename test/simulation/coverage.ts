/** What has to be met at least once in a suite: a fault that never happens proves nothing. */
export const sights = [
  'core killed',
  'core killed between effect and answer',
  'intake killed',
  'power lost',
  'torn write after power loss',
  'core paused',
  'plan taken over by another core',
  'commit fenced',
  'store refused',
  'store answer lost',
  'store effect late',
  'store away',
  'store slow',
  'disk refused',
  'provider refused 429',
  'provider refused 5xx',
  'provider timed out',
  'provider unreachable',
  'provider accepted and the answer was lost',
  'provider slow',
  'link broken',
  'answer to client lost',
  'request repeated',
  'event id repeated',
  'clock jumped',
  'clock set back',
  'telemetry store refused',
  'plan applied again',
  'alert fired',
  'alert resolved',
  'fired again after it resolved',
  'notification repeated',
  'notification settled late',
  'message sent again',
  'alert pending cancelled',
  'due after 30 days',
  'alert acknowledged',
  'acknowledged by two at once',
  'acknowledged at a due instant',
  'command with an old version',
  'command refused',
  'silence began',
  'silence ended by hand',
  'silence ended by its time',
  'told at the end of a silence',
  'kept quiet to its end by a silence',
  'clock jumped over the end of a silence',
  'sample judged',
  'list compared',
  'comparison closed',
  'said for a time',
  'said in a phase',
  'said with a test',
  'said beside a test',
] as const;

export type Sight = (typeof sights)[number];

/** Counts of what was seen. */
export class Coverage {
  readonly counts = new Map<Sight, number>();

  see(sight: Sight): void {
    this.counts.set(sight, (this.counts.get(sight) ?? 0) + 1);
  }

  add(other: Iterable<readonly [string, number]>): void {
    for (const [sight, count] of other) this.counts.set(sight as Sight, (this.counts.get(sight as Sight) ?? 0) + count);
  }

  get missing(): readonly Sight[] {
    return sights.filter((sight) => !this.counts.has(sight));
  }
}
