/**
 * Two ways in which people vouch for data that no check can judge: reviews, in which they look at samples, and comparisons, in which they
 * hold a list that was kept by hand against what the system says.
 */

/** A queue of samples that people judge: the first events of a source, or the first of each day. */
export interface Review {
  readonly name: string;
  /** A source of events of the plan; its `where` and `once per` hold. */
  readonly source: string;
  /**
   * So many samples of the time of `during`, of each part of it where phases lie apart, or with `per` of each local day of it that has begun.
   * 1 to `limits.reviewSamples`.
   */
  readonly first: number;
  readonly per?: 'day';
  /** Names of phases whose events are chosen from; all that come from T+0 on when empty. */
  readonly during: readonly string[];
  /** Fields that the person is shown, in this order; all of the event when empty. The first of them names the sample in messages. */
  readonly show: readonly string[];
  /** The question, in the plan's words. */
  readonly ask?: string;
  readonly by: Asked;
  readonly service?: string;
}

/** A list that people keep by hand, held against the events of a source. */
export interface Comparison {
  readonly name: string;
  /** A source of events of the plan; its `where` and `once per` hold. */
  readonly source: string;
  /** The field of the events, and the column of the list, that names a row. */
  readonly key: string;
  /**
   * Fields of the events, and columns of the list, that are compared; without any only the keys are. A number equals a number, whatever its
   * digits look like; anything else is text, without the spaces around it.
   */
  readonly fields: readonly string[];
  /** Names of phases whose events are compared; all that come from T+0 on when empty. */
  readonly during: readonly string[];
  readonly by: Asked;
  readonly service?: string;
}

/** Who is asked. Others who may acknowledge alerts may answer too. */
export interface Asked {
  /** The person or role as written. */
  readonly text: string;
  /** Names of the persons that this means; at least one. */
  readonly people: readonly string[];
}
