const KEPT = 20;

const keyOf = (plan: string): string => `watchbill-searches-${plan}`;

/** The searches that were made in this browser, the latest first. */
export function readHistory(plan: string): readonly string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(keyOf(plan)) ?? '[]');
    return Array.isArray(read) ? read.filter((one) => typeof one === 'string').slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function remember(plan: string, query: string): void {
  if (query.trim() === '') return;
  try {
    const others = readHistory(plan).filter((one) => one !== query);
    localStorage.setItem(keyOf(plan), JSON.stringify([query, ...others].slice(0, KEPT)));
  } catch {
    // Private windows may refuse: then nothing is remembered.
  }
}
