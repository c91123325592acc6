import { limits } from '#kernel/limits.ts';

/** What is asked of the places of keys. */
export interface RankedPlaces {
  /** Places in use lie below. */
  readonly end: number;
  /** Whether the wanted ones lie at the beginning, so that they are met first and the others are passed over. */
  readonly fromStart: boolean;
  /** NaN for what is not among them. */
  rank(place: number): number;
  text(place: number): string;
}

/** The keys of lowest rank, as many as are shown; of equal ranks in the order of their texts. */
export function worstKeys({ end, fromStart, rank: rankOf, text: textOf }: RankedPlaces): readonly string[] {
  const shown: { readonly rank: number; readonly text: string }[] = [];
  for (let index = 0; index < end; index++) {
    const place = fromStart ? index : end - 1 - index;
    const rank = rankOf(place);
    const worst = shown.length === limits.keysShown ? shown.at(-1) : undefined;
    if (Number.isNaN(rank) || (worst !== undefined && rank > worst.rank)) continue;
    const text = textOf(place);
    if (worst !== undefined) {
      if (rank === worst.rank && text >= worst.text) continue;
      shown.pop();
    }
    const at = shown.findIndex((other) => other.rank > rank || (other.rank === rank && other.text > text));
    shown.splice(at < 0 ? shown.length : at, 0, { text, rank });
  }
  return shown.map(({ text }) => text);
}
