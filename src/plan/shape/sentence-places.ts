/** The sentences of the language. The grammar has a start rule for each. */
export type SentenceKind =
  | 'signal'
  | 'condition'
  | 'bands'
  | 'bound'
  | 'source'
  | 'span'
  | 'duration'
  | 'clock'
  | 'recipient';

/**
 * Which sentence a value is, by its path: section, names and keys, without the places in lists. Undefined: text that is no sentence, or
 * whose section is not executed.
 */
export function sentenceAt(path: readonly string[]): SentenceKind | undefined {
  const [section, , key, phase] = path;
  const depth = path.length;
  switch (section) {
    case 'phases':
      if (key === 'length') return 'duration';
      return depth === 2 || key === 'span' ? 'span' : undefined;
    case 'layers':
      return depth === 3 ? 'span' : undefined;
    case 'hours':
      return depth === 2 ? 'span' : undefined;
    case 'sources':
    case 'searches':
      return depth === 2 ? 'source' : undefined;
    case 'signals':
      return depth === 2 ? 'signal' : undefined;
    case 'objectives':
      return key === 'owner' || key === 'advice' || key === 'per' ? undefined : 'bands';
    case 'severities':
      if (key === 'notify' || key === 'team') return 'recipient';
      return ['respond', 'resolve', 'update', 'review', 'watch'].includes(key ?? '') ? 'clock' : undefined;
    case 'scrapes':
      return key === 'every' || key === 'timeout' ? 'duration' : undefined;
    case 'probes':
      if (key === 'confirm') return phase === 'within' ? 'duration' : undefined;
      return ['every', 'while-failing', 'timeout'].includes(key ?? '') ? 'duration' : undefined;
    case 'heartbeats':
      return key === 'grace' || key === 'longest' ? 'duration' : undefined;
    case 'rules':
      if (key === 'when' || key === 'until') return depth === 3 || phase !== undefined ? 'condition' : undefined;
      return key === 'notify' ? 'recipient' : undefined;
    default:
      return undefined;
  }
}

/** What a cell of a table is, by its column. */
export function sentenceInCell(section: string, column: string): SentenceKind | undefined {
  if (section !== 'objectives') return undefined;
  return /(?:^|\s)(?:target|warning|critical)$/.test(column) ? 'bound' : undefined;
}
