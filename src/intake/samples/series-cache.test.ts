import { describe, expect, test } from 'vitest';
import { SeriesCache } from './series-cache.ts';

interface Held {
  readonly place: number;
  owner: object | undefined;
}

const owner = {};
/** More than a cache begins with, twice over; lower halves that meet in a slot, and the 0 that free entries hold. */
const keys = Array.from({ length: 2_000 }, (_, index) => ({
  high: index,
  low: [0, 1, index, 1_024 * index][index % 4] ?? 0,
}));

function filled(): { readonly cache: SeriesCache<Held>; readonly all: readonly Held[] } {
  const cache = new SeriesCache<Held>(owner);
  const all = keys.map(({ high, low }, place): Held => {
    expect(cache.find(high, low)).toBeUndefined();
    const series = { place, owner };
    cache.put(high, low, series);
    return series;
  });
  return { cache, all };
}

describe('a cache of series', () => {
  test.each([
    ['in the order in which they came', (index: number) => index],
    ['backwards', (index: number) => keys.length - 1 - index],
    ['in another order', (index: number) => (index * 7) % keys.length],
    ['each twice', (index: number) => index >> 1],
  ])('finds them %s', (_, placeOf) => {
    const { cache, all } = filled();
    const places = keys.map((__, index) => placeOf(index));
    expect(places.map((place) => cache.find(keys[place]?.high ?? -1, keys[place]?.low ?? -1))).toEqual(
      places.map((place) => all[place]),
    );
  });

  test('does not find what is forgotten, until it comes again', () => {
    const { cache, all } = filled();
    all.forEach((series, index) => {
      if (index % 3 !== 0) series.owner = undefined;
    });
    const found = () => keys.map(({ high, low }) => cache.find(high, low));
    expect(found()).toEqual(all.map((series) => (series.owner === undefined ? undefined : series)));
    const again = all.map((series, index): Held => {
      if (series.owner !== undefined) return series;
      const { high, low } = keys[index] ?? { high: 0, low: 0 };
      const made = { place: index, owner };
      cache.put(high, low, made);
      return made;
    });
    for (const [index, series] of found().entries()) expect(series).toBe(again[index]);
  });
});
