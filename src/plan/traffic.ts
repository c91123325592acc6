/** Records a second, by class of traffic. */
export type TrafficRates = Readonly<Partial<Record<'alerts' | 'events' | 'samples' | 'logs', number>>>;

export interface TrafficLimits {
  /** Of all keys of the plan together. */
  readonly plan: TrafficRates;
  /** Of each key. */
  readonly eachKey: TrafficRates;
}

/** Changes to the scrub list that every plan has. Names of fields are as their senders write them. */
export interface ScrubRules {
  /** Fields that are left out. */
  readonly drop: readonly string[];
  /** Fields whose value becomes a keyed hash: equal values stay equal. */
  readonly hash: readonly string[];
  /** Fields that are kept as they are sent, with the reason that the plan names. */
  readonly keep: Readonly<Record<string, string>>;
  /** Without it users are kept by their names, but for those who are named by a mail address or the like. */
  readonly user?: 'kept' | 'hashed';
}
