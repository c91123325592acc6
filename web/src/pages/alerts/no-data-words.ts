const words: Readonly<Record<string, string>> = {
  'nothing-received': 'nothing received',
  'no-events': 'no events',
  'zero-denominator': 'nothing to divide by',
  'missing-partner': 'a part has no value',
  'not-a-number': 'no number',
  'not-measured': 'nothing fresh was measured',
  'no-target': 'no target in this phase',
  'too-few-places': 'too few places look to tell',
  'nothing-heard': 'nothing was heard yet',
  refilling: 'what came before was not known yet',
  'too-many-keys': 'too many values to keep',
};

/** Why a test had no value, in a few words. */
export function noDataWords(reason: string | undefined): string {
  return words[reason ?? ''] ?? 'no data';
}
